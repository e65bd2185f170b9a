/** What proofs are worth, as relying parties are told: `acr` (OpenID Connect Core §2) and `amr` (RFC 8176). */
import type { MethodId, Proven } from '../methods/method.ts'
import { LEVELS, type Level } from '../security/sign-in-policy/levels.ts'

/** Something that was proven in a sign-in, and when (epoch ms). */
export interface Proof extends Proven {
  method: MethodId
  at: number
}

const PREFIX = 'urn:gatehouse:acr:'
export const acrOf = (level: Level): string => PREFIX + level
export const ACR_VALUES = LEVELS.map(acrOf)

/** Undefined for what is none of ours. */
export const levelOfAcr = (acr: unknown): Level | undefined => LEVELS.find((level) => acrOf(level) === acr)

type Worth = Pick<Proven, 'factors' | 'phishingResistant'>

/** Two of one kind are one factor, and a mailbox is none beside a password (NIST SP 800-63B-4 §2.2). */
export function levelOf(proofs: readonly Worth[]): Level {
  const kinds = new Set(proofs.flatMap(({ factors }) => factors))
  if (!kinds.has('knowledge') || !kinds.has('possession')) return '1fa'
  return proofs.some(({ phishingResistant }) => phishingResistant) ? 'phr' : '2fa'
}

export function amrOf(proofs: readonly Proof[]): string[] {
  const references = proofs.flatMap(({ amr }) => amr)
  return [...new Set([...references, ...(levelOf(proofs) === '1fa' ? [] : ['mfa'])])]
}
