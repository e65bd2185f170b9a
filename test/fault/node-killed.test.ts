/** A node dies in the middle of a token request, and the client asks again elsewhere. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../support/agent.ts'
import {
  agentOf,
  authorizationRequest,
  authorize,
  exchange,
  PORTAL,
  refresh,
  signIn,
} from '../support/flows.ts'
import type { House } from '../support/house.ts'
import { STEPS, type Stage, setStage } from '../support/killed-node.ts'
import { withHouse } from '../support/on-every-storage.ts'

const OFFLINE = { scope: 'openid offline_access', prompt: 'consent' }
const PATIENT = { timeout: 10_000 }
/** A node is started again between a request and its repeat: on a busy machine that is longer than the default. */
const env = { REFRESH_REUSE_GRACE: '60s' }

describe.each(['postgresql', 'redis'] as const)('on %s', (storage) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await setStage(storage, env)
  })
  afterAll(() => stage?.close())

  test.each(STEPS)('F-141 a code whose node is killed $step brings at most one family', async (step) => {
    const { survivor } = stage
    const agent = agentOf(survivor)
    const before = await stage.families()
    const request = authorizationRequest(PORTAL, OFFLINE)
    const code = (await authorize(survivor, agent, request)).searchParams.get('code') ?? ''
    const send = (node?: string) => exchange(agent, PORTAL, code, request.verifier, node)

    expect(await stage.killAt(step, send)).toBe('cut off')
    const again = await send()
    expect({ status: again.status, ...again.json() }).toMatchObject(
      step.committed
        ? { status: 400, error: 'invalid_grant' }
        : { status: 200, refresh_token: expect.any(String) },
    )
    expect((await send()).json()).toMatchObject({ error: 'invalid_grant' })
    expect(await stage.families()).toBe(before + 1)
    // Whoever was refused signs in anew, in the session that there still is.
    expect((await signIn(survivor, agent, PORTAL)).tokens.refresh_token).toBeTruthy()
  })

  test.each(STEPS)(
    'F-142 a refresh whose node is killed $step is repeated with one successor',
    async (step) => {
      const { survivor } = stage
      const agent = agentOf(survivor)
      const { tokens } = await signIn(survivor, agent, PORTAL)
      expect(await stage.killAt(step, (node) => refresh(agent, PORTAL, tokens.refresh_token, node))).toBe(
        'cut off',
      )
      const again = await refresh(agent, PORTAL, tokens.refresh_token)
      const once = await refresh(agent, PORTAL, tokens.refresh_token)
      expect([again.status, once.status]).toEqual([200, 200])
      expect(once.json()['refresh_token']).toBe(again.json()['refresh_token'])
      // What the killed node had decided stands: the same successor was given out again, not another one made.
      await expect.poll(() => verdictOn(survivor, again), PATIENT).toBe(step.committed ? 'repeat' : 'rotated')
      await expect.poll(() => verdictOn(survivor, once), PATIENT).toBe('repeat')
      const next = await refresh(agent, PORTAL, String(again.json()['refresh_token']))
      expect(next.status).toBe(200)
      // One chain: the token before last is refused, and that does the family no harm.
      expect((await refresh(agent, PORTAL, tokens.refresh_token)).json()).toMatchObject({
        error: 'invalid_grant',
      })
      expect((await refresh(agent, PORTAL, String(next.json()['refresh_token']))).status).toBe(200)
    },
  )
})

/** What the rule said of a refresh, as the log has it. */
function verdictOn(house: House, { headers }: Answer): unknown {
  const id = headers.get('x-request-id') ?? ''
  const line = house
    .log()
    .split('\n')
    .find((entry) => entry.includes(id) && entry.includes('"event":"token.refreshed"'))
  return line && (JSON.parse(line) as { outcome: unknown }).outcome
}

withHouse({ storage: 'embedded', env }, (house) => {
  test('F-141 F-142 on embedded storage, which dies with its node, what was answered stands', async () => {
    const parties = await Promise.all(Array.from({ length: 6 }, () => twoRequests(house())))
    const running = parties
      .flatMap(({ exchange, refresh }) => [exchange, refresh])
      .map((send) => answerTo(send()))
    // Those that are under way when the first is answered are anywhere; the law is the same for all.
    await Promise.any(running)
    await house().nodes[0]?.stop('SIGKILL')
    const answered = await Promise.all(running.map((answer) => answer.catch(() => undefined)))
    const { url } = await house().start()
    for (const [n, { exchange, refresh }] of parties.entries()) {
      const [exchanged, refreshed] = answered.slice(2 * n)
      const again = await answerTo(exchange(url))
      if (exchanged === undefined) expect([200, 400]).toContain(again.status)
      else expect(again).toMatchObject({ status: 400, error: 'invalid_grant' })

      const repeat = await answerTo(refresh(url))
      expect(repeat).toMatchObject({ status: 200, token: refreshed?.token ?? expect.any(String) })
    }
    expect(answered.filter((answer) => answer !== undefined && answer.status !== 200)).toEqual([])
  })
})

/** A code to exchange and a token to refresh, of one person's session. */
async function twoRequests(house: House) {
  const agent = agentOf(house)
  const { tokens } = await signIn(house, agent, PORTAL)
  const request = authorizationRequest(PORTAL, OFFLINE)
  const code = (await authorize(house, agent, request)).searchParams.get('code') ?? ''
  return {
    exchange: (node?: string) => exchange(agent, PORTAL, code, request.verifier, node),
    refresh: (node?: string) => refresh(agent, PORTAL, tokens.refresh_token, node),
  }
}

async function answerTo(sent: ReturnType<typeof exchange>) {
  const answer = await sent
  return { status: answer.status, token: answer.json()['refresh_token'], error: answer.json()['error'] }
}
