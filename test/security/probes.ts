/** What attackers have and honest clients don't: answers compared to the byte, and requests that no HTTP client would send. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { Client, type QueryResultRow } from 'pg'
import type { Agent, Answer } from '../support/agent.ts'
import { basic, PORTAL, SET_UP, tokenRequest } from '../support/flows.ts'
import type { House } from '../support/house.ts'

const RESOURCES = 'openid profile email offline_access orders:read orders:write notes:read'

/** The shared set-up, its portal allowed to ask for every resource, and a client that signs assertions. */
export const WITH_SIGNER = {
  ...SET_UP,
  clients: [
    ...SET_UP.clients.map((client) =>
      client.client_id === PORTAL.clientId ? { ...client, scope: RESOURCES } : client,
    ),
    {
      client_id: 'signer',
      profile: 'service',
      client_secret: 'signer-secret-0123456789-0123456789',
      token_endpoint_auth_method: 'client_secret_jwt',
      scope: 'orders:read',
    },
    {
      client_id: 'poster',
      profile: 'service',
      client_secret: 'poster-secret-0123456789',
      token_endpoint_auth_method: 'client_secret_post',
      scope: 'orders:read',
    },
  ],
}

export const SIGNER = { clientId: 'signer', secret: 'signer-secret-0123456789-0123456789' }
export const ORDERS_API = { clientId: 'orders-api', secret: 'orders-secret-0123456789', redirectUri: '' }
export const OTHER_API = { clientId: 'other-api', secret: 'other-secret-0123456789', redirectUri: '' }

/** For what is bound to come, on a machine that may be busy. What nodes remember of people and clients lasts a second. */
export const SOON = { timeout: 8_000, interval: 50 }

export const JSON_ONLY = { accept: 'application/json' }

/** A call of a protocol endpoint; with `as`, authenticated by HTTP Basic. */
export const call = (
  agent: Agent,
  path: string,
  form: Record<string, string>,
  as?: { clientId: string; secret?: string },
): Promise<Answer> => agent.request(path, { form, headers: { ...JSON_ONLY, ...(as && basic(as)) } })

export const introspect = (agent: Agent, token: string, as: { clientId: string; secret?: string } = PORTAL) =>
  call(agent, '/oauth2/introspect', { token }, as)

export const isActive = async (agent: Agent, token: string): Promise<unknown> =>
  (await introspect(agent, token)).json()['active']

export const userinfo = (agent: Agent, token: string): Promise<Answer> =>
  agent.request('/oauth2/userinfo', { headers: { ...JSON_ONLY, authorization: `Bearer ${token}` } })

/** An authenticated client that presents a code nobody made: whoever gets past the door reads `invalid_grant`. */
export const AT_THE_DOOR = { grant_type: 'authorization_code', code: 'x', redirect_uri: PORTAL.redirectUri }

export const knock = (agent: Agent, headers: Record<string, string>, form: Record<string, string> = {}) =>
  agent.request('/oauth2/token', {
    form: { ...AT_THE_DOOR, ...form },
    headers: { ...JSON_ONLY, ...headers },
  })

/** A token of the client's own, for a resource. */
export const clientToken = (agent: Agent, as = ORDERS_API, resource = 'https://orders.example') =>
  tokenRequest(agent, as, { grant_type: 'client_credentials', scope: 'orders:read', resource })

const DIFFERENT_EACH_TIME = new Set(['date', 'x-request-id', 'connection', 'keep-alive'])

/** All of an answer that a caller could tell apart from another. */
export const faceOf = ({ status, headers, text }: Answer) => ({
  status,
  text,
  headers: [...headers].filter(([name]) => !DIFFERENT_EACH_TIME.has(name)),
})

/** Sends bytes as they are and reads until the server closes: ask for `Connection: close`. */
export async function sendRaw(node: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(node)
  const socket = connect({ host: hostname, port: Number(port) })
  socket.setEncoding('utf8')
  let answer = ''
  socket.on('data', (part: string) => {
    answer += part
  })
  await once(socket, 'connect')
  socket.write(bytes)
  await once(socket, 'close')
  return answer
}

export const statusOf = (rawAnswer: string): number => Number(rawAnswer.split(' ', 2)[1])

/** A statement on the house's database, for what has no command yet. */
export async function onDatabase<Row extends QueryResultRow>(
  house: House,
  statement: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new Client({ connectionString: house.databaseUrl })
  await client.connect()
  try {
    return (await client.query<Row>(statement, values)).rows
  } finally {
    await client.end()
  }
}

/** Log lines of an event so far, over all nodes, in the order of their times. */
export const eventsOf = (house: House, event: string): Record<string, unknown>[] =>
  house.nodes
    .flatMap(({ lines }) => lines)
    .filter((line) => line.includes(`"event":"${event}"`))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .toSorted((a, b) => String(a['time']).localeCompare(String(b['time'])))

/** A counter's sum over the nodes; `series` with its labels, as Prometheus writes it. */
export async function metric(house: House, series: string): Promise<number> {
  const pages = await Promise.all(
    house.nodes.map(async ({ management }) => (await fetch(`${management}/metrics`)).text()),
  )
  const values = pages.map((page) => page.split('\n').find((line) => line.startsWith(`${series} `)))
  return values.reduce((sum, line) => sum + Number(line?.slice(series.length + 1) ?? Number.NaN), 0)
}
