import { type GivenAccess, type ListAccessUse, listAccess } from './list-access.ts'

/** Where a person is signed in: a session, and what clients have of it. */
export interface OpenSession {
  id: string
  device: string
  clients: string[]
  /** Epoch ms. */
  signedInAt: number | undefined
  lastSeenAt: number | undefined
}

/** What a client has of a person: in all sessions together. */
export interface ConnectedClient {
  client: string
  families: string[]
  /** Epoch ms, of the first and of the last. */
  since: number | undefined
  lastSeenAt: number | undefined
}

/** Those last seen first. */
export async function openSessions(use: ListAccessUse, account: string): Promise<OpenSession[]> {
  const groups = await grouped(use, account, ({ session }) => session)
  return groups.map(([id, all]) => ({
    ...{ id, device: all[0]?.device ?? '', ...timesOf(all) },
    clients: [...new Set(all.flatMap(({ client }) => client ?? []))],
  }))
}

export async function connectedClients(use: ListAccessUse, account: string): Promise<ConnectedClient[]> {
  const groups = await grouped(use, account, ({ client }) => client)
  return groups.map(([client, all]) => {
    const { signedInAt: since, lastSeenAt } = timesOf(all)
    return { client, since, lastSeenAt, families: all.flatMap(({ family }) => family ?? []) }
  })
}

type Group = [name: string, given: GivenAccess[]]

async function grouped(
  use: ListAccessUse,
  account: string,
  nameOf: (given: GivenAccess) => string | undefined,
): Promise<Group[]> {
  const groups = new Map<string, GivenAccess[]>()
  for await (const given of listAccess(use, 'account', account)) {
    const name = nameOf(given)
    if (name !== undefined && name !== '') groups.set(name, [...(groups.get(name) ?? []), given])
  }
  const latest = ([, all]: Group): number => timesOf(all).lastSeenAt ?? 0
  return [...groups].toSorted((a, b) => latest(b) - latest(a))
}

function timesOf(all: readonly GivenAccess[]) {
  const began = all.flatMap(({ signedInAt }) => signedInAt ?? [])
  const seen = all.flatMap(({ lastSeenAt, signedInAt }) => [lastSeenAt ?? [], signedInAt ?? []].flat())
  return {
    signedInAt: began.length === 0 ? undefined : Math.min(...began),
    lastSeenAt: seen.length === 0 ? undefined : Math.max(...seen),
  }
}
