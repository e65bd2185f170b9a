import type { DrainedEvent, StoredEvent } from '../../adapters/contract.ts'
import { newRowId } from '../shared/ids.ts'
import { CATALOGUE } from './catalogue.ts'
import { readEvent, toStored } from './event.ts'
import { refusedEvent } from './refused-event.ts'

/**
 * Events as the store of short-lived state gives them back. Whoever can write there may add to them: of all types only
 * those are taken that the store's own changes make, and for the rest a note that it was there.
 */
export const acceptFromState = (drained: readonly DrainedEvent[], now: number): StoredEvent[] =>
  drained.map(({ dropped, ...stored }) => {
    const event = readEvent(stored)
    if (event === undefined || !CATALOGUE[event.type].ofState)
      return toStored({ ...refusedEvent(stored, now), id: newRowId() })
    if (event.type !== 'audit.refreshes_dropped') return stored
    return toStored({ ...event, details: { count: Number.isSafeInteger(dropped) ? (dropped ?? 0) : 0 } })
  })
