/** Where somebody is told of events, which of them, and what signs them. */
import { CATALOGUE, isEventType } from '../../audit/catalogue.ts'
import type { DisabledReason } from '../rows.ts'

export interface Webhook {
  /** UUID version 7. */
  id: string
  name: string
  url: string
  /** Exact types, `area.*`, or `*`. */
  events: readonly string[]
  secretSealed: Buffer
  /** Signs too, until then (epoch ms). */
  previous: { sealed: Buffer; until: number } | undefined
  disabled: { at: number; reason: DisabledReason } | undefined
  /** Since when nothing was delivered although it was tried. */
  failingSince: number | undefined
  lastFailure: string | undefined
  managedBy: string | undefined
}

/** All but refreshes, which are many more than all others. */
export const EVERYTHING = '*'

const REFRESHED = 'token.refreshed'

const areaOf = (type: string): string => type.slice(0, type.indexOf('.'))
const AREAS: ReadonlySet<string> = new Set(Object.keys(CATALOGUE).map(areaOf))

/** `token.*` takes refreshes too: whoever writes it has asked for them. */
export const takes = (filter: readonly string[], type: string): boolean =>
  filter.some(
    (wanted) =>
      wanted === type || wanted === `${areaOf(type)}.*` || (wanted === EVERYTHING && type !== REFRESHED),
  )

/** Whether that may be in a filter: what nothing would ever match is a slip. */
export const isEventFilter = (wanted: string): boolean =>
  wanted === EVERYTHING || isEventType(wanted) || (wanted.endsWith('.*') && AREAS.has(wanted.slice(0, -2)))

export const WEBHOOK_NAME = /^[a-z\d][a-z\d._-]{0,62}$/
