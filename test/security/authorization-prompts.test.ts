import { decodeJwt } from 'jose'
import { describe, expect, it, vi } from 'vitest'
import type { Agent } from '../support/agent.ts'
import {
  agentOf,
  authorizationRequest,
  authorize,
  exchange,
  follow,
  OWN,
  PERSON,
  PORTAL,
} from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { expectCallback, withoutFaults } from './answers.ts'
import { ADA, codeAfter, GRACE, signedIn } from './browsers.ts'

withHouse({ storage: 'postgresql' }, (house) => {
  withoutFaults(house)

  const ask = async (agent: Agent, over: Record<string, string | undefined>, rp = OWN) => {
    const request = authorizationRequest(rp, over)
    return { request, answer: await agent.request(request.url) }
  }

  /** When the person of this browser last proved who they are, as its session says. */
  const authTime = async (agent: Agent): Promise<number> => {
    const { request, answer } = await ask(agent, { prompt: 'none' })
    const code = new URL(answer.location ?? '').searchParams.get('code') ?? ''
    const { id_token: idToken } = (await exchange(agent, OWN, code, request.verifier)).json()
    return Number(decodeJwt(String(idToken))['auth_time'])
  }
  const aSecondAfter = (time: number) =>
    vi.waitUntil(() => Date.now() >= (time + 1) * 1000, { timeout: 5_000 })

  describe('A-137 prompt=none', () => {
    it('says that nobody is signed in', async () => {
      for (const hint of [PERSON.email, 'nobody@example.com']) {
        const { request, answer } = await ask(agentOf(house()), { prompt: 'none', login_hint: hint })
        expectCallback(answer, OWN, request, 'login_required')
      }
    })

    it('says that somebody has to allow it', async () => {
      const { request, answer } = await ask(await signedIn(house(), GRACE), { prompt: 'none' }, PORTAL)
      expectCallback(answer, PORTAL, request, 'consent_required')
    })

    it('answers in a frame as anywhere else', async () => {
      const request = authorizationRequest(OWN, { prompt: 'none' })
      const answer = await agentOf(house()).request(request.url, {
        headers: { 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
      })
      expectCallback(answer, OWN, request, 'login_required')
    })
  })

  it.each([
    { prompt: 'none login' },
    { prompt: 'none consent' },
    { prompt: 'select' },
    { prompt: 'LOGIN' },
    { max_age: '-1' },
    { max_age: '1.5' },
    { max_age: '1e9' },
    { max_age: '0xffff' },
    { max_age: ' 1000' },
    { max_age: 'Infinity' },
    { max_age: '99999999999999999999' },
  ])('A-139 what can not be is refused: %o', async (over) => {
    const { request, answer } = await ask(await signedIn(house()), over)
    expectCallback(answer, OWN, request, 'invalid_request')
  })

  it.each([{ max_age: '0' }, { prompt: 'login' }])(
    'A-139 A-140 who is asked to sign in anew does so, or nothing moves: %o',
    async (over) => {
      const agent = await signedIn(house())
      const first = await authTime(agent)
      await aSecondAfter(first)
      const { answer } = await ask(agent, over)
      const { at, page } = await follow(agent, house().issuer, answer.location ?? '')
      expect(page.text).toContain('name="username"')

      // Half done: the page was opened and left, and its way back is tried.
      expect(await authTime(agent)).toBe(first)
      const resumed = await follow(agent, house().issuer, at.replace('/interaction/', '/oauth2/authorize/'))
      expect(resumed.page.text).toContain('name="username"')
      expect(await authTime(agent)).toBe(first)

      const sent = await agent.submit(resumed.page, resumed.at, ADA)
      expect(await codeAfter(house(), agent, sent)).toBeTruthy()
      expect(await authTime(agent)).toBeGreaterThan(first)
    },
  )

  it('A-140 a wrong password in between gives no code either', async () => {
    const agent = await signedIn(house())
    const { answer } = await ask(agent, { prompt: 'login' })
    const { at, page } = await follow(agent, house().issuer, answer.location ?? '')
    const sent = await agent.submit(page, at, { ...ADA, password: 'wrong' })
    expect([sent.status, sent.location]).toEqual([400, undefined])
    const resumed = await follow(agent, house().issuer, at.replace('/interaction/', '/oauth2/authorize/'))
    expect(resumed.page.location).toBeUndefined()
    expect(resumed.page.text).toContain('name="username"')
  })

  it('A-150 who asks for no openid gets a token for the resource, and nothing about the person', async () => {
    const agent = agentOf(house())
    const over = { scope: 'orders:read', resource: 'https://orders.example', nonce: undefined }
    const request = authorizationRequest(PORTAL, over)
    const { searchParams } = await authorize(house(), agent, request)
    const tokens = (await exchange(agent, PORTAL, searchParams.get('code') ?? '', request.verifier)).json()
    expect(tokens).toMatchObject({ scope: 'orders:read', token_type: 'Bearer' })
    expect(tokens).not.toHaveProperty('id_token')
  })
})
