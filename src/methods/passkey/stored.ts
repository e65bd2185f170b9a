import { z } from 'zod'

const BASE64URL = z.string().regex(/^[\w-]+$/)

/** A passkey (a credential record of WebAuthn Level 3 §4). Nothing of it is secret: who reads it can't sign with it. */
export const STORED_PASSKEY = z.strictObject({
  /** The credential's id: nobody else's, by an index of the table. */
  id: BASE64URL,
  /** A COSE key (RFC 9052 §7). */
  publicKey: BASE64URL,
  /** What the authenticator calls the account: random, the same for all passkeys of one. */
  userHandle: BASE64URL,
  /** Of signatures, as it was last told; 0 where the authenticator doesn't count. */
  counter: z.int().min(0),
  /** How it may be reached, for browsers. */
  transports: z.array(z.string()),
  /** Whether it may be copied to other devices; never changes. */
  backupEligible: z.boolean(),
  /** Whether it was, when it was last used. */
  backedUp: z.boolean(),
  /** The authenticator's model, as it says itself: nobody vouches for it. */
  aaguid: z.string(),
  /** Whether the person was verified when it was made. */
  userVerified: z.boolean(),
  /**
   * The browser kept it without asking its person, who has not signed in with it yet. They may not know of it, nor have it
   * elsewhere: until then nobody is asked for it after a password.
   */
  unasked: z.literal(true).optional(),
  /** Its counter went back once: it is refused from then on. */
  cloneSuspected: z.literal(true).optional(),
})

export type StoredPasskey = z.output<typeof STORED_PASSKEY>
