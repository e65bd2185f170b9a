/**
 * Whether something still counts: whether it was made since everything of its person, client or organization was last
 * ended, and was not ended by its name. Asked at every use, so it mostly costs no look-up of its own: what is ended by
 * name raises a number of its person's, and only who finds another one than at birth looks for names.
 */
import type { Grant, Json, JsonObject } from '../../adapters/contract.ts'
import { FIRST_PARTY } from '../clients/client.ts'
import type { End, Everything } from '../sessions/ends-repository.ts'
import { type Made, readMade, writeMade } from '../sessions/made.ts'
import type { Clock } from '../shared/clock.ts'
import { outlivesSignOut } from './online.ts'

export interface EpochsUse {
  findAccount: (sub: string) => Promise<{ epoch: number; ends: number } | undefined>
  findClient: (clientId: string) => Promise<{ epoch: number } | undefined>
  /** The one of the first-party API, once something of it was ended. */
  findBuiltInClient: () => Promise<{ epoch: number } | undefined>
  /** Undefined while nothing of it was ended. */
  findOrganization: (id: string) => Promise<{ epoch: number } | undefined>
  findEverything: () => Promise<Everything>
  /** Whether one of these was ended; `ends`: the number that said that there may be one. */
  wasEnded: (names: readonly End[], ends: number) => Promise<boolean>
  clock: Clock
}

/** Each where there is one. */
export interface Owner {
  account?: string | undefined
  client?: string | undefined
  organization?: string | undefined
}

export interface Epochs {
  /** For what is made now. */
  now(owner: Owner): Promise<JsonObject>
  /** `made`: what `now` said when it was made; `names`: by what it may have been ended. */
  isCurrent(owner: Owner, made: Json | undefined, names: readonly End[]): Promise<boolean>
}

export function createEpochs(use: EpochsUse): Epochs {
  const findClient = (id: string) => (id === FIRST_PARTY ? use.findBuiltInClient() : use.findClient(id))
  const present = async ({ account, client, organization }: Owner) => {
    const [person, application, group, everything] = await Promise.all([
      account === undefined ? undefined : use.findAccount(account),
      client === undefined ? undefined : findClient(client),
      organization === undefined ? undefined : use.findOrganization(organization),
      use.findEverything(),
    ])
    const epochs: Omit<Made, 'e' | 't'> = {
      a: person?.epoch ?? 0,
      c: application?.epoch ?? 0,
      o: group?.epoch ?? 0,
      g: everything.epoch,
    }
    return { person, epochs, issuedBefore: everything.issuedBefore }
  }
  return {
    now: async (owner) => {
      const { person, epochs } = await present(owner)
      return writeMade({ ...epochs, e: person?.ends ?? 0, t: Math.floor(use.clock.now() / 1000) })
    },
    isCurrent: async (owner, made, names) => {
      const then = readMade(made)
      const { person, epochs, issuedBefore } = await present(owner)
      if (owner.account !== undefined && person === undefined) return false
      if (EPOCHS.some((name) => then[name] < epochs[name])) return false
      if (issuedBefore !== undefined && then.t * 1000 < issuedBefore) return false
      return person === undefined || person.ends <= then.e || !(await use.wasEnded(names, person.ends))
    },
  }
}

const EPOCHS = ['a', 'c', 'o', 'g'] as const

const ownerOf = ({ account, client, organization }: Grant): Owner => ({
  account,
  client,
  organization: organization || undefined,
})

/** By what a grant may have been ended: a sign-out leaves a family alone that was meant to outlive it. */
export function namesOf(key: string, grant: Grant): End[] {
  const { session, device } = grant
  const names: End[] = [
    { kind: 'family', value: key },
    { kind: 'session', value: session },
    { kind: 'device', value: device },
  ]
  if (!outlivesSignOut(grant)) names.push({ kind: 'sign_on', value: session })
  return names.filter(({ value }) => value !== '')
}

/** Whose a record without a grant is: a session, or a client's own token. */
export const ownerOfRecord = ({ accountId, clientId, organization }: JsonObject): Owner => ({
  account: textOf(accountId),
  client: textOf(clientId),
  organization: textOf(organization),
})

/** Whether a session (its record, as it is stored) still counts: not signed out, nor more than that. */
export function isCurrentRecord(epochs: Epochs, record: JsonObject): Promise<boolean> {
  const [session, device] = [textOf(record['uid']), textOf(record['device'])]
  const names: End[] = []
  if (session !== undefined)
    names.push({ kind: 'session', value: session }, { kind: 'sign_on', value: session })
  if (device !== undefined) names.push({ kind: 'device', value: device })
  return epochs.isCurrent(ownerOfRecord(record), record['epochs'], names)
}

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined

export const isCurrentGrant = (epochs: Epochs, key: string, grant: Grant): Promise<boolean> =>
  epochs.isCurrent(ownerOf(grant), grant.content['epochs'], namesOf(key, grant))
