/**
 * Ends what people were given, at every level: a family, a session, a device, a person, a client, an organization,
 * everything. It is acknowledged by PostgreSQL, and from then on nothing of it is honoured on any node; what is left in
 * the store of short-lived state goes afterwards, here as far as there is time, the rest in the background.
 */
import type { StateStore, StoredEvent } from '../../adapters/contract.ts'
import type { CleanUpAccess, Ended } from './clean-up.ts'
import type { CleanUp } from './clean-ups-repository.ts'
import type { End, EndsRepository, Whole } from './ends-repository.ts'

/** `account`: whose it is (`sub`). A `sign_on` is a session without the families that were meant to outlive it. */
export type Target =
  | (End & { account: string })
  | Whole
  /** `before`: what was issued before, epoch ms; without it, until now. */
  | { kind: 'everything'; before?: number | undefined }

export interface RevokeAccessUse {
  ends: Pick<EndsRepository, 'endOne' | 'endAll' | 'endEverything'>
  grants: Pick<StateStore['grants'], 'revokeEach'>
  cleanUp: CleanUpAccess
  /** So long something may come back that was in the store when it was ended, ms. */
  keepFor: number
  /** Nodes forget what they knew of it. */
  tell: (topic: 'account' | Whole['kind'] | 'everything', key: string) => Promise<void>
  /** Hears why something was left to the background. */
  onLeft: (error: unknown) => void
}

/** `left`: more is to go, in the background. */
export interface Revoked extends Ended {
  left: boolean
}

export interface RevokeAccess {
  /** Ends it, and no more: for who takes out of the store on their own what it was. */
  acknowledge(target: Target, event: StoredEvent): Promise<CleanUp | undefined>
  revoke(target: Target, event: StoredEvent): Promise<Revoked>
}

/** A caller waits so long for what is dead already; ms. */
const PATIENCE = 2000

export function createRevokeAccess(use: RevokeAccessUse): RevokeAccess {
  const acknowledge: RevokeAccess['acknowledge'] = async (target, event) => {
    const task = await acknowledged(use, target, event)
    const key = 'account' in target ? target.account : 'value' in target ? target.value : ''
    await use.tell('account' in target ? 'account' : (target.kind as Whole['kind'] | 'everything'), key)
    return task
  }
  return {
    acknowledge,
    revoke: async (target, event) => {
      const task = await acknowledge(target, event)
      const ended: Ended = { sessions: 0, grants: 0 }
      try {
        if (task !== undefined) await use.cleanUp(task, patience(), ended)
        else if (target.kind === 'family') ended.grants += await use.grants.revokeEach([target.value], event)
        return { ...ended, left: false }
      } catch (error) {
        use.onLeft(error)
        return { ...ended, left: true }
      }
    },
  }
}

async function acknowledged(
  { ends, keepFor }: RevokeAccessUse,
  target: Target,
  event: StoredEvent,
): Promise<CleanUp | undefined> {
  if (target.kind === 'everything') {
    await ends.endEverything(target.before, event)
    return undefined
  }
  if ('account' in target) return ends.endOne(target, { account: target.account, expiresIn: keepFor }, event)
  return ends.endAll(target, event)
}

function patience(): () => Promise<void> {
  const over = AbortSignal.timeout(PATIENCE)
  return async () => over.throwIfAborted()
}
