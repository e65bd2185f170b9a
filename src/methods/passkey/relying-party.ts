/** For whom passkeys are made and used (WebAuthn Level 3 §4, Relying Party Identifier). */
export interface RelyingParty {
  /** A domain: where it changes, every passkey is lost. */
  id: string
  /** Our own: where people add passkeys. */
  origin: string
  /** From which pages an answer may come, our own among them. */
  origins: readonly string[]
}

export interface PasskeySettings {
  issuer: string
  passkeys: { rpId: string; relatedOrigins: readonly string[] }
  firstPartyOrigins: readonly string[]
}

/**
 * Pages that may call `/auth/*` may use passkeys where browsers let them: on the RP ID's own hosts (§5.1.3), or as a
 * related origin (§5.11).
 */
export function relyingPartyOf({ issuer, passkeys, firstPartyOrigins }: PasskeySettings): RelyingParty {
  const { rpId: id, relatedOrigins } = passkeys
  const own = firstPartyOrigins.filter((origin) => isBelow(new URL(origin).hostname, id))
  return { id, origin: issuer, origins: [...new Set([issuer, ...own, ...relatedOrigins])] }
}

const isBelow = (host: string, domain: string): boolean => `.${host}`.endsWith(`.${domain}`)
