/** People who come from another system. A row makes its person once: a second run finds them by the id that they had there. */
import { createEvent, type NewEvent, type Origin, toStored } from '../audit/event.ts'
import type { PasswordHasher } from '../security/password-hash.ts'
import { examineForeign } from '../security/stored-password.ts'
import type { Clock } from '../shared/clock.ts'
import { newRowId, newSecret } from '../shared/ids.ts'
import type { EmailAddress } from './email.ts'
import type { ImportsRepository, Met, NewcomerRow, NewFactor } from './imports-repository.ts'
import type { ProfileClaims } from './rows.ts'

export interface Newcomer {
  /** The id that they had there. */
  sourceId: string
  address: EmailAddress
  emailVerified: boolean
  name: string | undefined
  profile: ProfileClaims
  disabled: boolean
  /** Epoch ms. */
  createdAt: number | undefined
  /** As it was spelled there. */
  passwordHash: string | undefined
  /** What else they can prove, as it is stored. */
  factors: readonly NewFactor[]
}

export type ImportOutcome =
  | 'created'
  /** A password that an earlier file did not have. */
  | 'completed'
  | 'unchanged'
  | 'email_taken'
  | 'password_unknown'
  | 'password_too_dear'

export interface ImportUsersUse {
  imports: ImportsRepository
  hasher: Pick<PasswordHasher, 'adopt'>
  clock: Clock
}

export interface ImportOptions {
  /** What the system is called that they come from. */
  source: string
  /** Looks and changes nothing. */
  dryRun: boolean
}

/** Those of one batch, no id twice, each with its outcome; whom it creates it creates in one step. */
export const importUsers =
  (use: ImportUsersUse) =>
  async (
    newcomers: readonly Newcomer[],
    { source, dryRun }: ImportOptions,
    origin: Origin,
  ): Promise<ImportOutcome[]> => {
    if (newcomers.length === 0) return []
    const met = await use.imports.meet(
      source,
      newcomers.map(({ sourceId, address }) => ({ sourceId, emailKey: address.key })),
    )
    const plans = planAll(newcomers, met)
    if (dryRun) return plans.map(({ outcome }) => outcome)
    const hashes = await adoptAll(use.hasher, plans)
    const at = use.clock.now()
    const rows = plans.flatMap(({ newcomer, outcome }, n) =>
      outcome === 'created' ? [toRow(newcomer, hashes[n], origin, at)] : [],
    )
    const added = rows.length === 0 ? new Set<string>() : await use.imports.add(source, rows, at)
    return Promise.all(
      plans.map(async ({ newcomer: { sourceId }, outcome, person }, n): Promise<ImportOutcome> => {
        if (outcome === 'created') return added.has(sourceId) ? outcome : 'email_taken'
        const passwordHash = hashes[n]
        if (outcome !== 'completed' || person === undefined || passwordHash === undefined) return outcome
        const { userId, sub: subject, email: name } = person
        const set = { type: 'password.set', subject, name, details: { by: 'import' } } as const
        const event = toStored(createEvent(origin, set, at))
        const brought = await use.imports.bringPassword(source, { sourceId, userId, passwordHash, event }, at)
        return brought ? 'completed' : 'unchanged'
      }),
    )
  }

interface Plan {
  newcomer: Newcomer
  outcome: ImportOutcome
  /** Who is there already. */
  person: Extract<Met, { as: 'itself' }> | undefined
}

const planAll = (newcomers: readonly Newcomer[], met: ReadonlyMap<string, Met>): Plan[] =>
  newcomers.map((newcomer) => {
    const found = met.get(newcomer.sourceId) ?? { as: 'nobody' }
    return {
      newcomer,
      outcome: outcomeOf(newcomer, found),
      person: found.as === 'itself' ? found : undefined,
    }
  })

function outcomeOf({ passwordHash }: Newcomer, met: Met): ImportOutcome {
  if (met.as === 'somebody_else') return 'email_taken'
  if (met.as === 'itself' && (passwordHash === undefined || !met.mayBringPassword)) return 'unchanged'
  const password = passwordHash === undefined ? 'fine' : examineForeign(passwordHash)
  if (password !== 'fine') return `password_${password}`
  return met.as === 'itself' ? 'completed' : 'created'
}

/** Hashing takes its time, and a line has an end. */
const AT_ONCE = 8

async function adoptAll(
  hasher: Pick<PasswordHasher, 'adopt'>,
  plans: readonly Plan[],
): Promise<(string | undefined)[]> {
  const hashes: (string | undefined)[] = []
  for (let from = 0; from < plans.length; from += AT_ONCE) {
    const adopted = plans.slice(from, from + AT_ONCE).map(async ({ newcomer: { passwordHash }, outcome }) => {
      if (passwordHash === undefined || (outcome !== 'created' && outcome !== 'completed')) return undefined
      const taken = await hasher.adopt(passwordHash)
      return taken.ok ? taken.stored : undefined
    })
    hashes.push(...(await Promise.all(adopted)))
  }
  return hashes
}

function toRow(
  { sourceId, address, createdAt, passwordHash: _, factors, ...newcomer }: Newcomer,
  passwordHash: string | undefined,
  origin: Origin,
  at: number,
): NewcomerRow {
  const sub = newSecret(16)
  const about = { subject: sub, name: address.email }
  const happened: NewEvent[] = [
    { type: 'user.created', ...about },
    ...(newcomer.disabled ? [{ type: 'user.disabled', ...about } as const] : []),
  ]
  const stored = (event: NewEvent) => toStored(createEvent(origin, event, at))
  return {
    ...newcomer,
    factors: factors.map((factor) => ({ ...factor, event: stored(addedEvent(factor, about)) })),
    ...{ sourceId, id: newRowId(), sub, email: address.email, emailKey: address.key, passwordHash },
    createdAt: createdAt ?? at,
    events: happened.map(stored),
  }
}

const addedEvent = ({ method, connector }: NewFactor, about: { subject: string; name: string }): NewEvent =>
  connector === undefined
    ? { type: 'mfa.enrolled', ...about, details: { method } }
    : { type: 'identity.linked', ...about, details: { connector } }
