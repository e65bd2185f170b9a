/**
 * Codes on paper, for when everything else is lost (a look-up secret, NIST SP 800-63B-4 §3.1.2): ten, each good once. A code
 * has 80 random bits, so that nobody finds it by its hash; the hashes are sealed besides.
 */
import { hash } from 'node:crypto'
import { z } from 'zod'
import type { AccountsRepository } from '../../accounts/accounts-repository.ts'
import type { Credential, Person } from '../../accounts/person.ts'
import { createEvent } from '../../audit/event.ts'
import type { FieldSealer } from '../../keys/field-seal.ts'
import type { Asked, Method, Verdict } from '../method.ts'
import { sealedPlace } from '../sealed.ts'
import { newRecoveryCode, readRecoveryCode } from './code.ts'

/** What is left of a set: how many, and, sealed, the hash of each; and whether its person has said that they keep them. */
const STORED = z.strictObject({ left: z.int(), sealed: z.base64(), noted: z.literal(true).optional() })

export interface RecoveryCodesUse {
  accounts: Pick<AccountsRepository, 'atomically' | 'credentials'>
  sealer: Pick<FieldSealer, 'open' | 'seal'>
}

const PROVEN = { factors: ['possession'], amr: ['otp'], phishingResistant: false } as const
export const SET_SIZE = 10
/** Each lost swap means that another code of the set was used meanwhile. */
const ROUNDS = 10

export const createRecoveryCodes = (use: RecoveryCodesUse): Method => ({
  id: 'recovery-codes',
  role: 'recovery',
  factors: PROVEN.factors,
  phishingResistant: false,
  ready: (person) => recoveryCodesLeft(person) > 0,
  verify: async (asked, { code = '' }): Promise<Verdict> => {
    const { person } = asked
    if (person === undefined) return { ok: false, reason: 'unknown' }
    const typed = readRecoveryCode(code)
    if (typed !== undefined && (await spend(use, { ...asked, person }, typed)))
      return { ok: true, person, proven: PROVEN }
    return { ok: false, reason: 'wrong_code', whose: person.account }
  },
})

type Asking = Asked & { person: Person }

async function spend(use: RecoveryCodesUse, asked: Asking, code: string): Promise<boolean> {
  const { account, credentials } = asked.person
  let known: readonly Credential[] = credentials
  for (let round = 0; round < ROUNDS; round++) {
    const set = known.find(({ method }) => method === 'recovery-codes')
    if (set === undefined) return false
    const hashes = JSON.parse(use.sealer.open(sealedPlace(set.id), sealedOf(set))) as string[]
    // Looked up by a hash of 80 random bits: the time that it takes says nothing about another.
    const left = hashes.filter((kept) => kept !== hashOf(code))
    if (left.length === hashes.length) return false
    if (await take(use, asked, set, left)) return true
    known = await use.accounts.credentials.of(account.id)
  }
  return false
}

/** False where another code of the set was faster. */
const take = (
  use: RecoveryCodesUse,
  { person: { account }, origin, now }: Asking,
  set: Credential,
  left: readonly string[],
): Promise<boolean> =>
  use.accounts.atomically(async ({ credentials, record }) => {
    const to = { ...set.data, ...sealSet(use, set.id, left) }
    if (!(await credentials.use(set.id, set.data, to, now))) return false
    const about = { subject: account.sub, name: account.email, actor: `user:${account.sub}` }
    const details = { left: left.length }
    await record(createEvent(origin, { type: 'mfa.recovery_used', ...about, details }, now))
    return true
  })

/** A new set: shown once, and what is kept of it. `id`: its row's. */
export function newSet({ sealer }: Pick<RecoveryCodesUse, 'sealer'>, id: string) {
  const codes = Array.from({ length: SET_SIZE }, newRecoveryCode)
  const hashes = codes.map((code) => hashOf(readRecoveryCode(code) ?? ''))
  return { codes, data: sealSet({ sealer }, id, hashes) }
}

export const recoveryCodesLeft = (person: Person): number => setOf(person.credentials)?.left ?? 0

export interface RecoveryCodesSet {
  id: string
  /** Epoch ms. */
  madeAt: number
  left: number
  /** Its person has said that they keep them. */
  noted: boolean
}

export function setOf(credentials: readonly Credential[]): RecoveryCodesSet | undefined {
  const set = credentials.find(({ method }) => method === 'recovery-codes')
  if (set === undefined) return undefined
  const { left, noted = false } = STORED.parse(set.data)
  return { id: set.id, madeAt: set.createdAt, left, noted }
}

const hashOf = (code: string): string => hash('sha256', code, 'base64url')

const sealedOf = ({ data }: Credential): Buffer => Buffer.from(STORED.parse(data).sealed, 'base64')

const sealSet = ({ sealer }: Pick<RecoveryCodesUse, 'sealer'>, id: string, hashes: readonly string[]) => ({
  left: hashes.length,
  sealed: sealer.seal(sealedPlace(id), JSON.stringify(hashes)).toString('base64'),
})
