/** What a browser answers (WebAuthn Level 3 §5.1, `toJSON`), as JSON or as the text of it. All of it is a stranger's. */
import { z } from 'zod'

const bytes = (most: number) =>
  z
    .string()
    .max(Math.ceil((most * 4) / 3))
    .regex(/^[\w-]+$/)

/** Longest that may be, in bytes (§4, Credential ID). */
const ID = bytes(1023)
/** Many times what browsers write; a key of an authenticator is short too. */
const CLIENT_DATA = bytes(2048)
const AUTHENTICATOR_DATA = bytes(4096)

const credential = <T extends z.ZodType>(response: T) =>
  z
    .object({ id: ID, rawId: ID, type: z.literal('public-key'), response })
    .refine(({ id, rawId }) => id === rawId)

const ASSERTION = credential(
  z.object({
    clientDataJSON: CLIENT_DATA,
    authenticatorData: AUTHENTICATOR_DATA,
    signature: bytes(1024),
    userHandle: bytes(64).nullish(),
  }),
)

const ATTESTATION = credential(
  z.object({
    clientDataJSON: CLIENT_DATA,
    attestationObject: bytes(8192),
    transports: z
      .array(z.string().regex(/^[a-z-]{1,32}$/))
      .max(10)
      .optional()
      .catch(undefined),
  }),
)

export type Assertion = z.output<typeof ASSERTION>
export type Attestation = z.output<typeof ATTESTATION>

export const readAssertion = (given: unknown): Assertion | undefined =>
  ASSERTION.safeParse(parsed(given)).data

export const readAttestation = (given: unknown): Attestation | undefined =>
  ATTESTATION.safeParse(parsed(given)).data

function parsed(given: unknown): unknown {
  if (typeof given !== 'string') return given
  try {
    return JSON.parse(given)
  } catch {
    return undefined
  }
}
