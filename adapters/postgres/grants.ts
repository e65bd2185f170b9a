/** Grants in PostgreSQL: a row each. What must not be divided is a function of `migrations/0005-state.ts`. */
import type {
  Grant,
  GrantIndex,
  GrantStore,
  ListedGrant,
  NewToken,
  Redemption,
  RedemptionOutcome,
  RevocationOutcome,
  Rotation,
  RotationOutcome,
} from '../contract.ts'
import { aboutUse, formatUses, grantFrom, type StoredFamily } from '../stored-grant.ts'
import {
  CREATE,
  DROP_TOKEN,
  LIST,
  READ,
  READ_TOKEN,
  REDEEM,
  REVOKE,
  REVOKE_EACH,
  REVOKE_UNTIL,
  ROTATE,
} from './grant-statements.ts'
import { type Ask, told } from './statements.ts'

export const postgresGrants = (ask: Ask): GrantStore => ({
  async create(key, { account, client, session, device, organization, content, code }) {
    const owner = [account, client, session, device, organization]
    const texts = [JSON.stringify(content), code.key, JSON.stringify(code.payload)]
    await ask(CREATE, [key, ...owner, ...texts, code.expiresIn])
  },

  async read(key) {
    const { rows } = await ask<GrantColumns>(READ, [key])
    return rows[0] && readColumns(rows[0])
  },

  async readToken(key, tokenKey) {
    const { rows } = await ask<GrantColumns & { token_payload: string; token_expires_at: number }>(
      READ_TOKEN,
      [key, tokenKey],
    )
    if (rows[0] === undefined) return undefined
    const { token_payload, token_expires_at, read_at } = rows[0]
    const token = { key: tokenKey, payload: JSON.parse(token_payload), expiresIn: token_expires_at - read_at }
    return { token, grant: readColumns(rows[0]) }
  },

  redeem: (key, redemption) => redeem(ask, key, redemption),

  rotate: (key, rotation) => rotate(ask, key, rotation),

  async dropToken(key, tokenKey, event) {
    await ask(DROP_TOKEN, [key, tokenKey, ...told(event)])
  },

  async revoke(key, event) {
    const { rows } = await ask<{ living: boolean }>(REVOKE, [key, ...told(event)])
    return rows[0]?.living === true
  },

  async revokeUntil(key, event, notAfter) {
    const { rows } = await ask<{ outcome: RevocationOutcome }>(REVOKE_UNTIL, [key, notAfter, ...told(event)])
    return rows[0]?.outcome ?? 'gone'
  },

  async revokeEach(keys, event) {
    if (keys.length === 0) return 0
    const { rows } = await ask<{ ended: number }>(REVOKE_EACH, [keys, ...told(event)])
    return rows[0]?.ended ?? 0
  },

  list: (index, value) => list(ask, index, value),
})

async function redeem(ask: Ask, key: string, redemption: Redemption): Promise<RedemptionOutcome> {
  const { codeKey, notAfter, grantExpiresIn, family, token, event } = redemption
  const { rows } = await ask<{ outcome: RedemptionOutcome }>(REDEEM, [
    key,
    codeKey,
    notAfter,
    grantExpiresIn,
    family && JSON.stringify(family.payload),
    family?.currentExpiresIn,
    family?.endsIn,
    ...written(token),
    ...told(event),
  ])
  return rows[0]?.outcome ?? 'gone'
}

async function rotate(ask: Ask, key: string, rotation: Rotation): Promise<RotationOutcome> {
  const { expected, becomes, notAfter, currentExpiresIn, use, keep, token, event, noticed } = rotation
  const { rows } = await ask<RotateColumns>(ROTATE, [
    key,
    expected,
    becomes,
    notAfter,
    currentExpiresIn,
    aboutUse(use),
    formatUses(keep, becomes === expected ? undefined : use),
    ...written(token),
    ...told(event),
    ...(noticed === undefined ? [null, null] : told(noticed)),
  ])
  const [row] = rows
  if (row === undefined) return { status: 'gone' }
  if (row.outcome !== 'changed') return { status: row.outcome }
  // It may have expired between the step and the reading.
  return row.read_at === null ? { status: 'gone' } : { status: 'changed', grant: readColumns(row) }
}

async function* list(ask: Ask, index: GrantIndex, value: string): AsyncGenerator<ListedGrant[]> {
  if (value === '') return
  for (let last = ''; ; ) {
    const { rows } = await ask<ListColumns>(LIST[index], [value, last])
    const key = rows.at(-1)?.key
    if (key === undefined) return
    yield rows.flatMap((row) => (row.read_at === null ? [] : [{ ...readColumns(row), key: row.key }]))
    last = key
  }
}

const written = (token: NewToken | undefined): unknown[] =>
  token ? [token.key, JSON.stringify(token.payload), token.expiresIn] : [null, null, null]

/** What `state_read_grant` gives, and the rest of the owner; times are epoch ms. */
interface GrantColumns {
  read_at: number
  account: string
  client: string
  session: string
  device: string
  organization: string
  content: string
  expires_at: number
  code_key: string
  code_payload: string
  code_expires_at: number
  code_consumed_at: number | null
  family_payload: string | null
  number: number | null
  uses: string | null
  current_expires_at: number | null
  family_ends_at: number | null
}

type RotateColumns = { outcome: RotationOutcome['status'] } & (GrantColumns | { read_at: null })
type ListColumns = { key: string } & (GrantColumns | { read_at: null })

const readColumns = (row: GrantColumns): Grant =>
  grantFrom({
    readAt: row.read_at,
    // PostgreSQL forgets nothing.
    run: 0,
    bornIn: 0,
    writtenIn: 0,
    account: row.account,
    client: row.client,
    session: row.session,
    device: row.device,
    organization: row.organization,
    content: JSON.parse(row.content),
    expiresAt: row.expires_at,
    code: {
      key: row.code_key,
      payload: JSON.parse(row.code_payload),
      expiresAt: row.code_expires_at,
      consumedAt: row.code_consumed_at ?? undefined,
    },
    family: row.family_payload === null ? undefined : readFamily(row.family_payload, row),
  })

/** The family's columns are written together. */
const readFamily = (payload: string, row: GrantColumns): StoredFamily => ({
  payload: JSON.parse(payload),
  number: row.number ?? 0,
  uses: row.uses ?? '',
  currentExpiresAt: row.current_expires_at ?? 0,
  endsAt: row.family_ends_at ?? 0,
})
