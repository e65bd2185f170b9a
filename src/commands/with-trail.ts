import { createTrailRepository, type TrailRepository } from '../audit/trail-repository.ts'
import type { Core } from '../core.ts'
import type { CommandContext } from './context.ts'
import { withCore } from './with-core.ts'

const BATCH = 200

/** For who reads the audit trail. What waits is chained first, so that nothing is missing because no server runs. */
export const withTrail = <T>(
  context: CommandContext,
  work: (trail: TrailRepository, core: Core) => Promise<T>,
): Promise<T> =>
  withCore(context, async (core) => {
    while ((await core.auditChain.linkNext(core.clock.now(), BATCH, { wait: true })) === BATCH);
    return core.database.unhurried((db) => work(createTrailRepository(db), core))
  })
