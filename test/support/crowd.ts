/**
 * Many sessions at once, written into the stores as sign-ins would have left them; and some that are signed in for real, of
 * an organization, which nobody can choose at a page yet.
 */
import { createHash, randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import type { JsonObject, StateStore } from '../../adapters/contract.ts'
import { createLookUps } from '../../src/look-ups.ts'
import { createEpochs } from '../../src/provider/epochs.ts'
import { createHandles } from '../../src/provider/handles.ts'
import { APP, agentOf, exchange } from './flows.ts'
import type { House } from './house.ts'
import { type Core, withinState } from './within.ts'

const HOUR = 3_600_000
const AT_ONCE = 100

export interface CrowdOptions {
  /** Their person's address. */
  email: string
  organization: string
  count: number
  /** How many of them have a browser that is signed in, too. */
  browsers?: number
}

/** Each has a session and an authorization of `app`. */
export const makeCrowd = (house: House, options: CrowdOptions): Promise<void> =>
  withinState(house, async (core, state) => {
    const { email, organization, count, browsers = 0 } = options
    const account = await subOf(core, email)
    const epochs = await madeNow(core, { account, client: APP.clientId, organization })
    const names = Array.from({ length: count }, () => randomBytes(16).toString('base64url'))
    await core.database.pool.query(
      `insert into sessions (id, user_id, kind, device, organization, ends_at)
       select s, u.id, 'browser', '', $2, now() + interval '1 hour' from unnest($1::text[]) s, users u where u.sub = $3`,
      [names, organization, account],
    )
    const owner = { account, client: APP.clientId, device: '', organization }
    if (house.redisUrl === undefined) await insertGrants(core, names, { ...owner, content: { epochs } })
    else
      await inBatches(names, (session) =>
        state.grants.create(session, {
          ...owner,
          session,
          content: { epochs },
          code: { key: session, payload: {}, expiresIn: HOUR },
        }),
      )
    const under = createHandles(core.keys).inUse()
    await inBatches(names.slice(0, browsers), (uid) =>
      state.artifacts.put('Session', `browser ${uid}`, {
        payload: { uid, accountId: account, organization, epochs },
        expiresIn: HOUR,
        alias: under.key('Session uid', uid),
        account,
      }),
    )
  })

async function insertGrants(
  core: Core,
  names: string[],
  {
    account,
    client,
    organization,
    content,
  }: { account: string; client: string; organization: string; content: JsonObject },
): Promise<void> {
  await core.database.pool.query(
    `insert into state_grants (key, account, client, session, device, organization, content, expires_at,
       code_key, code_payload, code_expires_at)
     select s, $2, $3, s, '', $4, $5, now() + interval '1 hour', s, '{}', now() + interval '1 hour'
     from unnest($1::text[]) s`,
    [names, account, client, organization, JSON.stringify(content)],
  )
}

async function inBatches<T>(all: readonly T[], work: (one: T) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < all.length; at += AT_ONCE) await Promise.all(all.slice(at, at + AT_ONCE).map(work))
}

/** A person of an organization, signed in with `app`: the tokens that came of it. */
export async function signInOf(
  house: House,
  { email, organization }: Pick<CrowdOptions, 'email' | 'organization'>,
): Promise<{ access_token: string; refresh_token: string }> {
  const verifier = randomBytes(32).toString('base64url')
  const code = await withinState(house, (core, state) =>
    createCode(core, state, email, organization, verifier),
  )
  const answer = await exchange(agentOf(house), APP, code, verifier)
  if (answer.status !== 200) throw new Error(`the exchange answered ${answer.status}: ${answer.text}`)
  return answer.json() as { access_token: string; refresh_token: string }
}

async function createCode(
  core: Core,
  { grants }: StateStore,
  email: string,
  organization: string,
  verifier: string,
): Promise<string> {
  const handles = createHandles(core.keys)
  const [grantId, under] = [handles.newGrantId(), handles.inUse()]
  const code = handles.newValueOf(grantId)
  const account = await subOf(core, email)
  const scope = 'openid offline_access'
  await grants.create(under.grantKey(grantId), {
    ...{ account, client: APP.clientId, session: randomBytes(16).toString('base64url') },
    ...{ device: '', organization },
    content: {
      openid: { scope },
      rejected: {},
      epochs: await madeNow(core, { account, client: APP.clientId, organization }),
    },
    code: {
      key: under.key('AuthorizationCode', code),
      payload: {
        authTime: Math.floor(Date.now() / 1000),
        redirectUri: APP.redirectUri,
        scope,
        codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
        codeChallengeMethod: 'S256',
      },
      expiresIn: HOUR,
    },
  })
  return code
}

const madeNow = (core: Core, owner: { account: string; client: string; organization: string }) =>
  createEpochs({ ...core, ...createLookUps(core) }).now(owner)

async function subOf({ accounts }: Core, email: string): Promise<string> {
  const account = await accounts.users.findByEmailKey(email)
  if (account === undefined) throw new Error(`nobody has the address ${email}`)
  return account.sub
}

/** How much of an organization is in the stores: its grants, and its sessions. */
export async function countOf({ database }: Core, { grants }: StateStore, organization: string) {
  let count = 0
  for await (const batch of grants.list('organization', organization)) count += batch.length
  const { rows } = await database.pool.query<{ sessions: number }>(
    'select count(*)::int as sessions from sessions where organization = $1',
    [organization],
  )
  return { grants: count, sessions: rows[0]?.sessions ?? 0 }
}

/** What is left of an organization once all that was revoked has been taken out. */
export const leftOf = (house: House, organization: string) =>
  withinState(house, async (core, state) => {
    await expect.poll(() => core.cleanUps.next(1), { timeout: 60_000, interval: 50 }).toEqual([])
    return countOf(core, state, organization)
  })
