import type { EventStore } from '../../adapters/contract.ts'
import type { ChainRepository } from '../audit/chain-repository.ts'
import { createEvent, toStored } from '../audit/event.ts'
import { acceptFromState } from '../audit/from-state.ts'
import type { Inbox } from '../audit/inbox-repository.ts'
import type { Job } from './job.ts'

export interface AuditChainUse {
  events: Pick<EventStore, 'drain'>
  inbox: Inbox
  chain: Pick<ChainRepository, 'linkNext'>
}

const BATCH = 200
/** A run ends, however fast others write; the next one goes on. */
const BATCHES = 100

/** Brings events from where they were kept to the end of their chain. Any number of processes may do it at once. */
export const auditChainJob = ({ events, inbox, chain }: AuditChainUse): Job => ({
  name: 'audit-chain',
  everyMs: 1000,
  run: async (now) => {
    const dropped = { type: 'audit.refreshes_dropped', details: { count: 0 } } as const
    await events.drain(
      (drained) => inbox.takeIn(acceptFromState(drained, now)),
      toStored(createEvent({ actor: 'gatehouse' }, dropped, now)),
    )
    let linked = 0
    for (let batch = 0; batch < BATCHES; batch++) {
      const taken = await chain.linkNext(now, BATCH)
      linked += taken
      if (taken < BATCH) break
    }
    return linked
  },
})
