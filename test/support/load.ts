/**
 * Honest clients at work: each keeps one connection and refreshes one family, over and over. One that gets no tokens
 * sends the same token again, as clients do.
 */
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { agentOf, basic, type RelyingParty, signIn } from './flows.ts'
import type { House } from './house.ts'

export interface Outcome {
  /** Absent where no answer came. */
  status?: number
  error?: unknown
  /** When the answer came (epoch ms), and how long it took. */
  at: number
  ms: number
}

export interface Load {
  /** In the order of the answers. */
  readonly outcomes: readonly Outcome[]
  /** Resolves when every client has been given tokens that it asked for after this call. */
  served(): Promise<void>
  stop(): Promise<void>
}

/** After a refusal or a broken connection: an honest client does not insist at full speed. */
const PAUSE = 20

/** One sign-in after the other: on a busy machine many at once are a load of their own. */
export async function familiesOf(house: House, rp: RelyingParty, count: number): Promise<string[]> {
  const tokens: string[] = []
  while (tokens.length < count) tokens.push((await signIn(house, agentOf(house), rp)).tokens.refresh_token)
  return tokens
}

/**
 * `pick` gives the node that the next request goes to. A client rests for `paceMs` after each answer: for tests that
 * wait for other things meanwhile, and need the machine for them.
 */
export function refreshSteadily(
  rp: RelyingParty,
  refreshTokens: readonly string[],
  pick: () => string,
  paceMs = 0,
): Load {
  const outcomes: Outcome[] = []
  const ending = new AbortController()
  const waiting = new Set<{ since: number; clients: Set<number>; resolve: () => void }>()

  const note = (client: number, outcome: Outcome): void => {
    outcomes.push(outcome)
    if (outcome.status !== 200) return
    for (const one of waiting) {
      if (outcome.at - outcome.ms < one.since) continue
      one.clients.delete(client)
      if (one.clients.size > 0) continue
      waiting.delete(one)
      one.resolve()
    }
  }
  const work = async (client: number, first: string): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    for (let token = first; !ending.signal.aborted; ) {
      const { outcome, next } = await send(agent, rp, pick(), token)
      note(client, outcome)
      token = next ?? token
      const pause = next === undefined ? Math.max(PAUSE, paceMs) : paceMs
      if (pause > 0) await delay(pause)
    }
    agent.destroy()
  }
  const running = refreshTokens.map((token, client) => work(client, token))
  return {
    outcomes,
    served: () =>
      new Promise((resolve) => {
        waiting.add({ since: Date.now(), clients: new Set(refreshTokens.keys()), resolve })
      }),
    stop: async () => {
      ending.abort()
      await Promise.all(running)
    },
  }
}

async function send(
  agent: Agent,
  rp: RelyingParty,
  node: string,
  token: string,
): Promise<{ outcome: Outcome; next?: string }> {
  const began = Date.now()
  const timed = () => ({ at: Date.now(), ms: Date.now() - began })
  try {
    const { status, text } = await post(agent, rp, node, token)
    const outcome = { status, ...timed() }
    return status === 200
      ? { outcome, next: (JSON.parse(text) as { refresh_token: string }).refresh_token }
      : { outcome }
  } catch (error) {
    return { outcome: { error, ...timed() } }
  }
}

/** By hand: `fetch` hides broken connections by opening others. */
function post(
  agent: Agent,
  rp: RelyingParty,
  node: string,
  token: string,
): Promise<{ status: number; text: string }> {
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token }).toString()
  const headers = {
    ...basic(rp),
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
  }
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>()
  request(`${node}/oauth2/token`, { method: 'POST', agent, headers }, (response) => {
    let text = ''
    response.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    response.once('error', reject).once('end', () => resolve({ status: response.statusCode ?? 0, text }))
  })
    .once('error', reject)
    .end(body)
  return promise
}
