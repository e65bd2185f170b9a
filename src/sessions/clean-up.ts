/**
 * Takes out of the store of short-lived state what was revoked. It is dead already, so this may be cut off at any point,
 * done twice, and done by several at once; what was made since is left alone.
 */
import type { ListedGrant, StateStore } from '../../adapters/contract.ts'
import type { CleanUp, CleanUpsRepository } from './clean-ups-repository.ts'
import { readMade } from './made.ts'
import type { SessionsRepository } from './sessions-repository.ts'

export interface CleanUpUse {
  state: Pick<StateStore, 'grants' | 'artifacts'>
  sessions: Pick<SessionsRepository, 'page' | 'remove'>
  cleanUps: Pick<CleanUpsRepository, 'done'>
  /** By what the store may find a session's record. */
  aliasesOf: (session: string) => readonly string[]
}

/** What has gone. */
export interface Ended {
  sessions: number
  grants: number
}

/** Asked between batches; whoever must stop rejects. */
export type GoOn = () => Promise<void>

export type CleanUpAccess = (task: CleanUp, goOn: GoOn, ended?: Ended) => Promise<Ended>

const BATCH = 500

/** `ended` is added to as it goes. */
export const cleanUp =
  (use: CleanUpUse): CleanUpAccess =>
  async (task, goOn, ended = { sessions: 0, grants: 0 }) => {
    await endSessions(use, task, goOn, ended)
    await endGrants(use, task, goOn, ended)
    await use.cleanUps.done(task.id)
    return ended
  }

async function endSessions(use: CleanUpUse, task: CleanUp, goOn: GoOn, ended: Ended): Promise<void> {
  const { kind, value, event, at, epoch } = task
  const { artifacts } = use.state
  if (kind === 'client') return
  if (kind === 'session') {
    ended.sessions += await artifacts.destroyByAlias('Session', use.aliasesOf(value), event)
    return
  }
  // The rows of somebody who is gone have gone along; and nobody else will ever have that `sub`.
  if (kind === 'account' && epoch === undefined)
    ended.sessions += await artifacts.destroyAllOf('Session', value, event)
  for (;;) {
    const page = await use.sessions.page(kind, value, { until: at, limit: BATCH })
    if (page.length === 0) return
    await goOn()
    const ids = page.map(({ id }) => id)
    ended.sessions += await artifacts.destroyByAlias('Session', ids.flatMap(use.aliasesOf), event)
    await use.sessions.remove(ids)
  }
}

async function endGrants(use: CleanUpUse, task: CleanUp, goOn: GoOn, ended: Ended): Promise<void> {
  const { grants } = use.state
  for await (const batch of grants.list(task.kind, task.value)) {
    await goOn()
    const dead = batch.filter((grant) => isDead(task, grant)).map(({ key }) => key)
    ended.grants += await grants.revokeEach(dead, task.event)
  }
}

const EPOCHS = { account: 'a', client: 'c', organization: 'o' } as const

function isDead({ kind, epoch, at }: CleanUp, grant: ListedGrant): boolean {
  // Their names are never given again.
  if (kind === 'session' || kind === 'device') return true
  const made = readMade(grant.content['epochs'])
  return epoch === undefined ? made.t * 1000 <= at : made[EPOCHS[kind]] < epoch
}
