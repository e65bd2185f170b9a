import { beforeEach, expect, it } from 'vitest'
import {
  createEndedSidsRepository,
  type EndedSidsRepository,
} from '../../src/events/ended-sids-repository.ts'
import { takeEndings } from '../../src/events/take-endings.ts'
import { endingsJob } from '../../src/workers/endings.ts'
import { onBothDatabases } from '../support/on-both-databases.ts'

const [ORDERS, NOTES] = ['https://orders.example', 'https://notes.example']
const NOW = Date.UTC(2026, 0, 1)
const held = { stillHeld: async () => {} }

onBothDatabases((database) => {
  let endedSids: EndedSidsRepository
  beforeEach(async () => {
    await database().pool.query('delete from ended_sids')
    endedSids = createEndedSidsRepository(database().db)
  })

  it('ended sessions are listed by resource, each once and as late as it ended', async () => {
    await endedSids.add([], NOW)
    await endedSids.add(
      [
        { resource: ORDERS, sid: 'a' },
        { resource: NOTES, sid: 'a' },
      ],
      NOW,
    )
    await endedSids.add([{ resource: ORDERS, sid: 'a' }], NOW + 5)
    await endedSids.add([{ resource: ORDERS, sid: 'a' }], NOW + 1)
    await endedSids.add([{ resource: NOTES, sid: 'b' }], NOW + 2)
    const a = { sid: 'a', endedAt: NOW + 5 }
    expect(await endedSids.since([ORDERS], NOW)).toEqual([a])
    expect(await endedSids.since([ORDERS, NOTES], NOW)).toEqual([{ sid: 'b', endedAt: NOW + 2 }, a])
    expect(await endedSids.since([ORDERS], NOW + 6)).toEqual([])
    expect([await endedSids.since([], NOW), await endedSids.since(['other'], NOW)]).toEqual([[], []])
  })

  it('they are forgotten once no token of theirs can live', async () => {
    await endedSids.add([{ resource: ORDERS, sid: 'old' }], NOW)
    await endedSids.add([{ resource: ORDERS, sid: 'new' }], NOW + 2)
    const job = endingsJob({
      endings: { drain: async () => 0 },
      take: takeEndings({
        endedSids,
        outbox: { add: async () => {} },
        findClient: async () => undefined,
        resourceNowOf: async () => undefined,
      }),
      endedSids,
      keptFor: 1000,
    })
    expect(await job.run(NOW + 1001, held)).toBe(1)
    expect(await endedSids.since([ORDERS], 0)).toEqual([{ sid: 'new', endedAt: NOW + 2 }])
  })
})
