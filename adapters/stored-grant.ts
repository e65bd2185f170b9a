/** From a store's row or string to the `Grant` of the contract: the same for every store. */
import type { Family, Grant, GrantOwner, JsonObject, Use } from './contract.ts'

/** What the stores keep; times are of their own clock, epoch ms. */
export interface StoredGrant extends GrantOwner {
  readAt: number
  run: number
  bornIn: number
  writtenIn: number
  content: JsonObject
  expiresAt: number
  code: { key: string; payload: JsonObject; expiresAt: number; consumedAt: number | undefined }
  family: StoredFamily | undefined
}

/** What never changes of a grant, as one text. */
export type Birth = [
  account: string,
  client: string,
  session: string,
  content: JsonObject,
  code: JsonObject,
  device?: string,
  organization?: string,
]

export interface StoredFamily {
  number: number
  uses: string
  payload: JsonObject
  currentExpiresAt: number
  endsAt: number
}

export function grantFrom({ readAt, expiresAt, code, family, ...rest }: StoredGrant): Grant {
  const { consumedAt } = code
  return {
    ...rest,
    readAt,
    expiresIn: expiresAt - readAt,
    code: {
      key: code.key,
      payload: code.payload,
      expiresIn: code.expiresAt - readAt,
      ...(consumedAt !== undefined && { consumedFor: Math.max(0, readAt - consumedAt) }),
    },
    ...(family && family.endsAt > readAt && { family: familyFrom(family, readAt) }),
  }
}

const familyFrom = (stored: StoredFamily, readAt: number): Family => ({
  number: stored.number,
  uses: parseUses(stored.uses),
  payload: stored.payload,
  currentExpiresIn: stored.currentExpiresAt - readAt,
  endsIn: stored.endsAt - readAt,
})

/**
 * `7:1700000000000:who:2:b,-1:rs:=`: number, time, who, repeats, b for caught up; the newest first. Behind the first
 * one, number and time say by how much they are less than those in front (base 36), and `=` stands for the same party:
 * a family in use for months has a dozen of them. The store puts each new use in front, in full: `inFront`, where there
 * will be one.
 */
export const formatUses = (uses: readonly Use[], inFront?: Omit<Use, 'number' | 'at'>): string =>
  uses.map((use, index) => formatUse(use, uses[index - 1] ?? inFront)).join(',')

function formatUse({ number, at, ...about }: Use, newer: Partial<Use> = {}): string {
  const who = about.who !== undefined && about.who === newer.who ? { who: SAME } : {}
  const rest = aboutUse({ ...about, ...who })
  if (newer.number === undefined || newer.at === undefined || number >= newer.number || at > newer.at)
    return `${number}:${at}${rest}`
  return `-${(newer.number - number).toString(36)}:${(newer.at - at).toString(36)}${rest}`
}

const SAME = '='

/** What stands behind a use's time. */
export const aboutUse = ({ who = '', repeats, caughtUp }: Omit<Use, 'number' | 'at'>): string =>
  `:${who}:${repeats ?? ''}:${caughtUp ? 'b' : ''}`.replace(/:+$/, '')

export function parseUses(text: string): Use[] {
  if (text === '') return []
  const uses: Use[] = []
  for (const use of text.split(',')) uses.push(parseUse(use, uses.at(-1)))
  return uses
}

function parseUse(text: string, newer: Use | undefined): Use {
  const [number = '', at = '', who, repeats, caughtUp] = text.split(':')
  const by = who === SAME ? newer?.who : who
  return {
    ...(newer !== undefined && number.startsWith('-')
      ? { number: newer.number + Number.parseInt(number, 36), at: newer.at - Number.parseInt(at, 36) }
      : { number: Number(number), at: Number(at) }),
    ...(by && { who: by }),
    ...(repeats && { repeats: Number(repeats) }),
    ...(caughtUp === 'b' && { caughtUp: true as const }),
  }
}
