/** From a store's row or hash to the `Grant` of the contract: the same for every store. */
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

/** `7:1700000000000:who:2:b,6:1699999999000`: number, time, who, repeats, b for caught up. A family has few of them. */
export const formatUses = (uses: Use[]): string =>
  uses.map(({ number, at, ...about }) => `${number}:${at}${aboutUse(about)}`).join(',')

/** What stands behind a use's time. */
export const aboutUse = ({ who = '', repeats, caughtUp }: Omit<Use, 'number' | 'at'>): string =>
  `:${who}:${repeats ?? ''}:${caughtUp ? 'b' : ''}`.replace(/:+$/, '')

export function parseUses(text: string): Use[] {
  if (text === '') return []
  return text.split(',').map((use) => {
    const [number, at, who, repeats, caughtUp] = use.split(':')
    return {
      number: Number(number),
      at: Number(at),
      ...(who && { who }),
      ...(repeats && { repeats: Number(repeats) }),
      ...(caughtUp === 'b' && { caughtUp: true as const }),
    }
  })
}
