import type { Grant, GrantIndex, JsonObject, ListedGrant, StateStore } from '../../adapters/contract.ts'
import type { BegunSession, SessionIndex, SessionsRepository } from './sessions-repository.ts'

/** What a client was given in a session, or a browser's session by itself. */
export interface GivenAccess {
  account: string
  /** Undefined for a session that no client has anything of. */
  client: string | undefined
  session: string
  /** Names what the client was given: public, it opens nothing. */
  family: string | undefined
  device: string
  organization: string
  /** How often its refresh token has rotated; undefined without one. */
  rotations: number | undefined
  /** Epoch ms, by the clocks of stores and nodes. */
  signedInAt: number | undefined
  lastSeenAt: number | undefined
  endsAt: number
}

export interface ListAccessUse {
  state: Pick<StateStore, 'grants' | 'artifacts'>
  sessions: Pick<SessionsRepository, 'page'>
  /** By what the store may find a session's record. */
  aliasesOf: (session: string) => readonly string[]
  /** Whether it still counts: what was ended may not have been taken out of the store yet. */
  counts: (key: string, grant: Grant) => Promise<boolean>
  sessionCounts: (record: JsonObject) => Promise<boolean>
}

const PAGE = 500

/** All that one account, client, session, device or organization has, in batches and in no order. */
export async function* listAccess(
  use: ListAccessUse,
  index: GrantIndex,
  value: string,
): AsyncGenerator<GivenAccess> {
  const shown = new Set<string>()
  for await (const batch of use.state.grants.list(index, value)) {
    for (const grant of batch) {
      if (!(await use.counts(grant.key, grant))) continue
      shown.add(grant.session)
      yield fromGrant(grant)
    }
  }
  if (index === 'client') return
  for await (const session of livingSessions(use, index, value)) {
    if (!shown.has(session.id)) yield fromSession(session)
  }
}

/** Browsers', whether or not a client was given something. */
async function* livingSessions(
  use: ListAccessUse,
  index: SessionIndex,
  value: string,
): AsyncGenerator<BegunSession> {
  for (let after = ''; ; ) {
    const page = await use.sessions.page(index, value, { after, limit: PAGE })
    const last = page.at(-1)
    if (last === undefined) return
    for (const session of page) {
      if (session.kind === 'browser' && (await lives(use, session.id))) yield session
    }
    after = last.id
  }
}

async function lives({ state, aliasesOf, sessionCounts }: ListAccessUse, session: string): Promise<boolean> {
  for (const alias of aliasesOf(session)) {
    const record = await state.artifacts.getByAlias('Session', alias)
    if (record !== undefined) return sessionCounts(record.payload)
  }
  return false
}

/** A session by itself is as old as its sign-in. */
const fromSession = ({
  createdAt,
  endsAt,
  id,
  account,
  device,
  organization,
}: BegunSession): GivenAccess => ({
  ...{ account, device, organization, endsAt },
  client: undefined,
  session: id,
  family: undefined,
  rotations: undefined,
  signedInAt: createdAt,
  lastSeenAt: undefined,
})

export function fromGrant(grant: ListedGrant): GivenAccess {
  const { key, account, client, session, device, organization, family, code, readAt } = grant
  const authTime = family?.payload['authTime'] ?? code?.payload['authTime']
  return {
    ...{ account, client, session, device, organization },
    family: key,
    rotations: family?.number,
    signedInAt: typeof authTime === 'number' ? authTime * 1000 : undefined,
    lastSeenAt: family?.uses[0]?.at,
    endsAt: readAt + (family?.endsIn ?? grant.expiresIn),
  }
}
