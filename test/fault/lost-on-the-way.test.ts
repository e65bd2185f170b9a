/** Requests that arrive twice, answers that don't arrive, clients that leave in the middle, and a node that sleeps. */
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { call, eventsOf } from '../security/probes.ts'
import { type Agent, type Answer, createAgent } from '../support/agent.ts'
import {
  type AuthorizationRequest,
  agentOf,
  authorizationRequest,
  basic,
  exchange,
  follow,
  PERSON,
  PORTAL,
  refresh,
  signIn,
} from '../support/flows.ts'
import type { Node } from '../support/house.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { trailOf, typesOf } from '../support/trail.ts'

const OFFLINE = { scope: 'openid offline_access', prompt: 'consent' }

withHouse({ storage: 'redis', nodes: 2, env: { REFRESH_REUSE_GRACE: '60s' } }, (house) => {
  const nodeOf = (n: number): Node => {
    const node = house().nodes[n]
    if (node === undefined) throw new Error('no such node')
    return node
  }

  /** Sends each request twice, the second time to the other node, and goes on with an answer of the given copy. */
  const twice = (copy: 0 | 1, together: boolean): Agent => {
    const agent = agentOf(house())
    const request = agent.request
    agent.request = async (target, sent) => {
      const send = (n: number) => request(target, { ...sent, node: nodeOf(n).url })
      const answers = together ? await Promise.all([send(0), send(1)]) : [await send(0), await send(1)]
      // A client takes the answer that says yes, if there is one.
      const [first, second] = copy === 0 ? answers : answers.toReversed()
      if (first === undefined || second === undefined) throw new Error('no answer')
      return first.status < 400 ? first : second
    }
    return agent
  }

  describe.each([
    ['the first', 0, false],
    ['the second', 1, false],
    ['either, both at once', 1, true],
  ] as const)('F-192 each request twice, and %s counts', (_, copy, together) => {
    test('a person signs in, allows a client, and goes on', async () => {
      const agent = twice(copy, together)
      const { tokens } = await signIn(house(), agent, PORTAL, OFFLINE)
      let token = tokens.refresh_token
      for (let turn = 0; turn < 5; turn++) {
        const answer = await refresh(agent, PORTAL, token)
        expect(answer.status).toBe(200)
        token = String(answer.json()['refresh_token'])
      }
      expect(eventsOf(house(), 'token.reuse_detected')).toEqual([])
    })
  })

  describe('F-191 when the answer is lost', () => {
    /** The first answer is not looked at, nor its cookies kept: as if it had never come. */
    const losing = async (agent: Agent, send: () => Promise<Answer>): Promise<Answer> => {
      const cookies = [...agent.cookies]
      expect((await send()).status).toBeLessThan(400)
      agent.cookies.splice(0, agent.cookies.length, ...cookies)
      return send()
    }
    const codeIn = ({ location }: Answer): string => new URL(location ?? '').searchParams.get('code') ?? ''

    test('of a pushed request, it is pushed again, and each of the two is good once', async () => {
      const agent = agentOf(house())
      const { url } = authorizationRequest(PORTAL)
      const form = Object.fromEntries(new URL(url, house().issuer).searchParams)
      const push = () => call(agent, '/oauth2/par', form, PORTAL)
      const answer = await losing(agent, push)
      expect(answer.status).toBe(201)
      const query = new URLSearchParams({
        client_id: PORTAL.clientId,
        request_uri: String(answer.json()['request_uri']),
      })
      const { page } = await follow(agent, house().issuer, `/oauth2/authorize?${query}`)
      expect(page.text).toContain('name="username"')
    })

    test('of a sign-in or a consent, the form is sent again, and the way goes on', async () => {
      const agent = agentOf(house())
      const request: AuthorizationRequest = authorizationRequest(PORTAL, OFFLINE)
      const login = await follow(agent, house().issuer, request.url)
      const person = { username: PERSON.email, password: PERSON.password }
      const signedIn = await losing(agent, () => agent.submit(login.page, login.at, person))
      const consent = await follow(agent, house().issuer, signedIn.location ?? '')
      expect(consent.page.text).toContain('name="decision"')
      const allowed = await losing(agent, () =>
        agent.submit(consent.page, consent.at, { decision: 'approve' }),
      )
      const { page } = await follow(agent, house().issuer, allowed.location ?? '')
      const answer = await exchange(agent, PORTAL, codeIn(page), request.verifier)
      expect(answer.json()).toHaveProperty('refresh_token')
    })

    test('of a code, it is refused, what it brought lives on, and the session gives another', async () => {
      const agent = agentOf(house())
      const { tokens, callback, request } = await signIn(house(), agent, PORTAL, OFFLINE)
      const code = callback.searchParams.get('code') ?? ''
      const again = await exchange(agent, PORTAL, code, request.verifier)
      expect([again.status, again.json()['error']]).toEqual([400, 'invalid_grant'])
      const next = authorizationRequest(PORTAL, { scope: 'openid', prompt: 'none' })
      const silent = await agent.request(next.url)
      expect((await exchange(agent, PORTAL, codeIn(silent), next.verifier)).status).toBe(200)
      expect((await refresh(agent, PORTAL, tokens.refresh_token)).status).toBe(200)
    })

    test('of a refresh, it is repeated with the same successor, on either node', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, PORTAL)
      const lost = (await refresh(agent, PORTAL, tokens.refresh_token)).json()['refresh_token']
      for (const n of [0, 1]) {
        const answer = await refresh(agent, PORTAL, tokens.refresh_token, nodeOf(n).url)
        expect(answer.json()['refresh_token']).toBe(lost)
      }
    })
  })

  describe('F-194 clients that leave in the middle', () => {
    const descriptors = (): number => readdirSync(`/proc/${nodeOf(0).process.pid}/fd`).length

    test('leave nothing behind: no socket, no half of anything, no noise', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, PORTAL)
      await refresh(agent, PORTAL, tokens.refresh_token)
      const [before, lines] = [descriptors(), nodeOf(0).lines.length]
      const bytes = refreshAsBytes(tokens.refresh_token)
      const head = bytes.indexOf('\r\n\r\n') + 4
      // After the head, in the body, after the body at once, and with a moment for the node to begin.
      const leavings = [head, head + 20, bytes.length, bytes.length].map((length, n) => ({
        part: bytes.slice(0, length),
        stays: n === 3 ? 10 : 0,
      }))
      for (let turn = 0; turn < 25; turn++) {
        const leaving = leavings.flatMap(({ part, stays }) =>
          [0, 1].map(() => sendAndLeave(nodeOf(0), part, stays)),
        )
        await Promise.all(leaving)
      }
      await expect.poll(descriptors, { timeout: 15_000 }).toBeLessThanOrEqual(before + 5)
      const said = nodeOf(0).lines.slice(lines)
      expect(said.filter((line) => !/^\{"level":"(info|warn)",/.test(line))).toEqual([])
      // That it came, what became of it and that nobody heard: three lines for each at most.
      expect(said.length).toBeLessThanOrEqual(3 * 25 * leavings.length * 2)
      expect((await refresh(agent, PORTAL, tokens.refresh_token)).status).toBe(200)
    })
  })
})

const refreshAsBytes = (token: string): string => {
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token }).toString()
  return [
    'POST /oauth2/token HTTP/1.1',
    'host: localhost:3000',
    `authorization: ${basic(PORTAL)['authorization']}`,
    'content-type: application/x-www-form-urlencoded',
    `content-length: ${body.length}`,
    '',
    body,
  ].join('\r\n')
}

async function connectTo({ url }: Node): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) }).on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** With a reset, not a farewell. */
async function sendAndLeave(node: Node, bytes: string, staysMs: number): Promise<void> {
  const socket = await connectTo(node)
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()))
  await delay(staysMs)
  socket.resetAndDestroy()
}

describe('F-146 a node that stands still in the middle of its work', () => {
  // The first serves, the second sleeps.
  withHouse({ storage: 'redis', nodes: 2, env: { REFRESH_REUSE_GRACE: '1s' } }, (house) => {
    let sleeper: Node
    beforeAll(() => {
      const [, second] = house().nodes
      if (second === undefined) throw new Error('no second node')
      sleeper = second
    })
    const atSleeper = (): Agent => createAgent({ issuer: house().issuer, node: sleeper.url })
    const asleep = async (ms: number, meanwhile: () => Promise<unknown>): Promise<void> => {
      sleeper.process.kill('SIGSTOP')
      try {
        await Promise.all([meanwhile(), delay(ms)])
      } finally {
        sleeper.process.kill('SIGCONT')
      }
    }

    test('answers on waking what was under way, or says 503; and nothing is decided twice', async () => {
      const all = await Promise.all(
        Array.from({ length: 6 }, () => signIn(house(), agentOf(house()), PORTAL)),
      )
      const tokens = all.map(({ tokens: { refresh_token } }) => refresh_token)
      const underWay = tokens.map((token) => refresh(atSleeper(), PORTAL, token))
      await Promise.race(underWay)
      await asleep(2_000, async () => {})
      const answers = await Promise.all(underWay)
      for (const answer of answers) expect([200, 503]).toContain(answer.status)
      const trail = await trailOf(house(), ['--type', 'token.refreshed'])
      for (const { headers, status } of answers) {
        const events = typesOf(trail, headers.get('x-request-id') ?? '')
        expect(events.length).toBeLessThanOrEqual(1)
        if (status === 200) expect(events).toEqual(['token.refreshed'])
      }
    })

    test('F-193 does not call a request a theft whose client has gone while it slept', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, PORTAL)
      let current = tokens.refresh_token
      await asleep(1_800, async () => {
        // The client asks the sleeping node, gives up, and asks the other one.
        const socket = await connectTo(sleeper)
        socket.end(refreshAsBytes(tokens.refresh_token))
        await delay(200)
        socket.destroy()
        const answer = await refresh(agent, PORTAL, current, house().nodes[0]?.url)
        expect(answer.status).toBe(200)
        current = String(answer.json()['refresh_token'])
      })
      await expect
        .poll(() => eventsOf(house(), 'token.unheard').length, { timeout: 10_000 })
        .toBeGreaterThan(0)
      expect(eventsOf(house(), 'token.reuse_detected')).toEqual([])
      expect((await refresh(agent, PORTAL, current)).status).toBe(200)
    })
  })
})
