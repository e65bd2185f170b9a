/**
 * Codes on paper, for when everything else is lost (a look-up secret, NIST SP 800-63B-4 §3.1.2): ten, each good once. A code
 * has 80 random bits, so that nobody finds it by its hash; the hashes are sealed besides.
 */
import { hash } from 'node:crypto'
import { z } from 'zod'
import type { CredentialsRepository } from '../../accounts/credentials-repository.ts'
import { type Credential, credentialsOf, type Person } from '../../accounts/person.ts'
import type { FieldSealer } from '../../keys/field-seal.ts'
import type { Method, Verdict } from '../method.ts'
import { sealedPlace } from '../sealed.ts'
import { newRecoveryCode, readRecoveryCode } from './code.ts'

/** What is left of a set: how many, and, sealed, the hash of each. */
const STORED = z.strictObject({ left: z.int(), sealed: z.base64() })

export interface RecoveryCodesUse {
  credentials: Pick<CredentialsRepository, 'use' | 'of'>
  sealer: Pick<FieldSealer, 'open' | 'seal'>
}

const PROVEN = { factors: ['possession'], amr: ['otp'], phishingResistant: false } as const
const SET_SIZE = 10
/** Each lost swap means that another code of the set was used meanwhile. */
const ROUNDS = 10

export const createRecoveryCodes = (use: RecoveryCodesUse): Method => ({
  id: 'recovery-codes',
  role: 'recovery',
  factors: PROVEN.factors,
  phishingResistant: false,
  ready: (person) => recoveryCodesLeft(person) > 0,
  verify: async ({ person, now }, { code = '' }): Promise<Verdict> => {
    if (person === undefined) return { ok: false, reason: 'unknown' }
    const typed = readRecoveryCode(code)
    if (typed !== undefined && (await spend(use, person, typed, now)))
      return { ok: true, person, proven: PROVEN }
    return { ok: false, reason: 'wrong_code', whose: person.account }
  },
})

async function spend(use: RecoveryCodesUse, person: Person, code: string, now: number): Promise<boolean> {
  let known: readonly Credential[] = person.credentials
  for (let round = 0; round < ROUNDS; round++) {
    const set = known.find(({ method }) => method === 'recovery-codes')
    if (set === undefined) return false
    const hashes = JSON.parse(use.sealer.open(sealedPlace(set.id), sealedOf(set))) as string[]
    // Looked up by a hash of 80 random bits: the time that it takes says nothing about another.
    const left = hashes.filter((kept) => kept !== hashOf(code))
    if (left.length === hashes.length) return false
    if (await use.credentials.use(set.id, set.data, sealSet(use, set.id, left), now)) return true
    known = await use.credentials.of(person.account.id)
  }
  return false
}

/** A new set: shown once, and what is kept of it. `id`: its row's. */
export function newSet({ sealer }: Pick<RecoveryCodesUse, 'sealer'>, id: string) {
  const codes = Array.from({ length: SET_SIZE }, newRecoveryCode)
  const hashes = codes.map((code) => hashOf(readRecoveryCode(code) ?? ''))
  return { codes, data: sealSet({ sealer }, id, hashes) }
}

export function recoveryCodesLeft(person: Person): number {
  const [set] = credentialsOf(person, 'recovery-codes')
  return set === undefined ? 0 : STORED.parse(set.data).left
}

const hashOf = (code: string): string => hash('sha256', code, 'base64url')

const sealedOf = ({ data }: Credential): Buffer => Buffer.from(STORED.parse(data).sealed, 'base64')

const sealSet = ({ sealer }: Pick<RecoveryCodesUse, 'sealer'>, id: string, hashes: readonly string[]) => ({
  left: hashes.length,
  sealed: sealer.seal(sealedPlace(id), JSON.stringify(hashes)).toString('base64'),
})
