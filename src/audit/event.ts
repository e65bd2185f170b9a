/**
 * An event between the moment it happens and its place in the chain. It travels as JSON, by an inbox in PostgreSQL or by
 * a stream in Redis, so what comes back is checked: whoever can write there must not be able to stop the chain.
 */
import type { StoredEvent } from '../../adapters/contract.ts'
import { newRowId } from '../shared/ids.ts'
import { CATALOGUE, type EventDetails, type EventType, isEventType, type Outcome } from './catalogue.ts'

/** Who acts, and from where. */
export interface Origin {
  /** `user:SUB`, `client:ID`, `command`, `apply`, `demo`; left out: nobody is known. */
  actor?: string | undefined
  ip?: string | undefined
  userAgent?: string | undefined
  country?: string | undefined
  requestId?: string | undefined
}

interface Common {
  actor?: string | undefined
  /** `sub` of the account that it is about. */
  subject?: string | undefined
  organization?: string | undefined
  client?: string | undefined
  /** The sign-on session: its public id, by which nothing can be done. */
  session?: string | undefined
  reason?: string | undefined
  /** Of the account that it is about: its e-mail address. Erasable. */
  name?: string | undefined
}

type Detailed<T extends EventType> = keyof EventDetails[T] extends never
  ? { details?: never }
  : { details: EventDetails[T] }

export type NewEvent = { [T in EventType]: { type: T } & Common & Detailed<T> }[EventType]

/** What can be erased later without breaking the chain. */
export const PERSONAL = ['ip', 'userAgent', 'name'] as const
export type PersonalField = (typeof PERSONAL)[number]

const TEXTS = [
  'actor',
  'subject',
  'organization',
  'client',
  'country',
  'requestId',
  'session',
  'reason',
  ...PERSONAL,
] as const

export type Details = Readonly<Record<string, string | number | boolean | readonly string[]>>

export interface AuditEvent extends Partial<Record<(typeof TEXTS)[number], string>> {
  /** UUID version 7. */
  id: string
  type: EventType
  /** Epoch ms, by the clock of the node. */
  time: number
  outcome: Outcome
  details: Details
}

const LONGEST = 256

export function createEvent(origin: Origin, happened: NewEvent, time: number): AuditEvent {
  const { type, details = {} } = happened
  const given: Partial<Record<(typeof TEXTS)[number], string | undefined>> = { ...origin, ...happened }
  const texts = TEXTS.flatMap((name) => {
    const value = given[name]
    return value === undefined || value === '' ? [] : [[name, value.slice(0, LONGEST).toWellFormed()]]
  })
  return {
    id: newRowId(),
    type,
    time,
    outcome: CATALOGUE[type].outcome,
    details,
    ...Object.fromEntries(texts),
  }
}

export const toStored = (event: AuditEvent): StoredEvent => ({ id: event.id, text: JSON.stringify(event) })

const UUID = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/
/** PostgreSQL's text holds every character but this one. */
const storable = (value: unknown): boolean =>
  typeof value === 'string' && value.length <= LONGEST && !value.includes('\0')
const YEAR_3000 = 32_503_680_000_000

/** Undefined for what is not one of ours, letter by letter: unknown fields, types, shapes. */
export function readEvent({ id, text }: StoredEvent): AuditEvent | undefined {
  const event = parse(text)
  if (event === undefined || event['id'] !== id || !UUID.test(id)) return undefined
  const { type, time, outcome, details, id: _, ...texts } = event
  if (!isEventType(type) || outcome !== CATALOGUE[type].outcome) return undefined
  if (typeof time !== 'number' || !Number.isSafeInteger(time) || time < 0 || time > YEAR_3000)
    return undefined
  const known = Object.entries(texts).every(
    ([name, value]) => TEXTS.some((field) => field === name) && storable(value),
  )
  if (!known || !isDetails(details)) return undefined
  return { ...texts, id, type, time, outcome: CATALOGUE[type].outcome, details }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

const isDetails = (details: unknown): details is Details =>
  typeof details === 'object' && details !== null && Object.values(details).every(isDetail)

const isDetail = (value: unknown): boolean =>
  ['string', 'boolean'].includes(typeof value) ||
  (typeof value === 'number' && Number.isFinite(value)) ||
  (Array.isArray(value) && value.every((part) => typeof part === 'string'))
