import { METHODS } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { Agent, Answer } from '../support/agent.ts'
import {
  APP,
  agentOf,
  authorizationRequest,
  basic,
  exchange,
  follow,
  OWN,
  PERSON,
  PORTAL,
  refresh,
  signIn,
} from '../support/flows.ts'
import type { House } from '../support/house.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { setPasswordLink } from '../support/within.ts'
import { assertionBy, presenting } from './assertions.ts'
import { call, introspect, JSON_ONLY, knock, SIGNER, SOON, sendRaw, userinfo, WITH_SIGNER } from './probes.ts'
import { type Recorder, record, secretsIn } from './recorder.ts'

/** All that a person and her applications do, and much that goes wrong. Gives the pages and answers that said no. */
async function driveEverything(house: House, { agent }: Recorder): Promise<Answer[]> {
  const refusals: Answer[] = []
  const refused = async (answer: Promise<Answer>) => void refusals.push(await answer)

  const { at, page } = await follow(agent, house.issuer, authorizationRequest(PORTAL).url)
  await refused(agent.submit(page, at, { username: PERSON.email, password: 'a wrong password 0815' }))
  // People type one field into the other; the page shows them what they typed, and nobody else.
  await agent.submit(page, at, { username: PERSON.password, password: 'not the right field 99' })
  await agent.request(`${at}?password=${encodeURIComponent(PERSON.password)}`)

  const { tokens, callback, request } = await signIn(house, agent, PORTAL)
  const code = callback.searchParams.get('code') ?? ''
  await refused(exchange(agent, PORTAL, code, request.verifier))
  await refused(exchange(agent, OWN, code, request.verifier))

  const again = await signIn(house, agent, PORTAL)
  const r1 = String((await refresh(agent, PORTAL, again.tokens.refresh_token)).json()['refresh_token'])
  await refresh(agent, PORTAL, again.tokens.refresh_token)
  await refresh(agent, PORTAL, r1)
  await refused(refresh(agent, PORTAL, again.tokens.refresh_token))
  await refused(refresh(agent, OWN, r1))
  await refused(refresh(agent, PORTAL, `${r1}x`))

  await userinfo(agent, again.tokens.access_token)
  await refused(userinfo(agent, again.tokens.refresh_token))
  await refused(agent.request(`/oauth2/userinfo?access_token=${again.tokens.access_token}`))
  await introspect(agent, again.tokens.access_token)
  await introspect(agent, r1)
  await call(agent, '/oauth2/revoke', { token: again.tokens.access_token }, PORTAL)

  await refused(knock(agent, basic({ ...PORTAL, secret: 'a wrong secret 0815' })))
  await refused(knock(agent, basic({ clientId: PORTAL.secret ?? '', secret: 'portal' })))
  await refused(knock(agent, {}, { client_id: 'poster', client_secret: 'another wrong secret' }))
  await refused(knock(agent, { authorization: `Bearer ${r1}` }))
  const signed = presenting(assertionBy(SIGNER, house.issuer))
  await refused(call(agent, '/oauth2/token', { grant_type: 'refresh_token', refresh_token: r1, ...signed }))
  await refused(call(agent, '/oauth2/token', { grant_type: 'password', ...PERSON, ...signed }))
  await refused(agent.request(`/oauth2/token?client_secret=${PORTAL.secret}&code=${code}`, { form: {} }))

  await pushed(house, agent, refusals)
  await ways(house, agent, tokens.id_token, refusals)
  return refusals
}

async function pushed(house: House, agent: Agent, refusals: Answer[]): Promise<void> {
  const request = authorizationRequest(PORTAL, { login_hint: PERSON.email })
  const form = Object.fromEntries(new URL(request.url, house.issuer).searchParams)
  const answer = await agent.request('/oauth2/par', { form, headers: { ...JSON_ONLY, ...basic(PORTAL) } })
  const uri = String(answer.json()['request_uri'])
  for (let n = 0; n < 2; n++) {
    const { page } = await follow(
      agent,
      house.issuer,
      `/oauth2/authorize?client_id=portal&request_uri=${encodeURIComponent(uri)}`,
    )
    if (page.status >= 400) refusals.push(page)
  }
}

/** Pages: a link to set a password, one that was used, sign-out, and addresses that lead nowhere. */
async function ways(house: House, agent: Agent, idToken: string, refusals: Answer[]): Promise<void> {
  const link = await setPasswordLink(house, 'grace@example.com')
  const page = await agent.request(link)
  refusals.push(await agent.submit(page, link, { password: 'short' }))
  await agent.submit(page, link, { password: 'a brand new password 1906' })
  refusals.push(await agent.request(link))
  const session = agent.cookies.find(({ name }) => name === 'gh_session')?.value
  refusals.push(await agent.request(`/oauth2/authorize/${session}`))
  refusals.push(await agent.request(`/nothing/${idToken}`))
  refusals.push(await agent.request(`/oauth2/logout?id_token_hint=${idToken}x`))
  const bad = { redirect_uri: 'https://evil.example/', id_token_hint: idToken }
  refusals.push(await agent.request(authorizationRequest(APP, bad).url))
  const asked = await agent.request(`/oauth2/logout?id_token_hint=${idToken}`)
  await agent.submit(asked, '/oauth2/logout/confirm', { logout: 'yes' })
}

/** Each line is one of ours, or a warning of the start; none names a person or an address with a value in it. */
function expectPlain(line: string): void {
  if (line.startsWith('warning: ')) return
  const text = expect.any(String)
  expect(JSON.parse(line)).toMatchObject({ time: text, level: text, msg: text })
  expect(line).not.toMatch(/@example\.com|\/interaction\/(?!:uid)|token=/)
}

/** The foot of a page leads to the page itself, by the address that it has. */
const IN_OTHER_LANGUAGES = /<a href="[^"]*" lang="[a-z]+" hreflang=[^>]*>/g

const env = { LOG_LEVEL: 'trace', RATE_LIMIT_LOGIN_ADDRESS: '1000/15m' }

withHouse({ storage: 'redis', nodes: 1, setUp: WITH_SIGNER, env }, (house) => {
  describe('at the most talkative log level', () => {
    it('A-911 no secret of any flow is in a log line, a metric, or an answer that says no', async () => {
      const recorder = record(agentOf(house()))
      const refusals = await driveEverything(house(), recorder)
      const kinds = new Set(recorder.secrets.values())
      expect(kinds.size).toBe(13)
      expect(recorder.secrets.size).toBeGreaterThan(60)
      // The last request's line comes when its answer is sent.
      await expect.poll(() => house().log(), SOON).toContain('"route":"/oauth2/logout/confirm"')

      expect(secretsIn(house().log(), recorder.secrets)).toEqual([])
      for (const line of house().nodes.flatMap(({ lines }) => lines)) expectPlain(line)
      const metrics = await (await fetch(`${house().nodes[0]?.management}/metrics`)).text()
      expect(secretsIn(metrics, recorder.secrets)).toEqual([])
      // A page's own form carries its proof and leads back to its interaction: that is where they belong.
      const elsewhere = new Map([...recorder.secrets].filter(([, kind]) => !/form|interaction/.test(kind)))
      for (const { status, text } of refusals) {
        expect(status).toBeGreaterThanOrEqual(400)
        expect(secretsIn(text.replaceAll(IN_OTHER_LANGUAGES, ''), elsewhere)).toEqual([])
      }
    })
  })

  describe('metrics', () => {
    const seriesOf = async () => {
      const text = await (await fetch(`${house().nodes[0]?.management}/metrics`)).text()
      // A node that has too much to do at the moment says so by one status more.
      const lines = text
        .split('\n')
        .filter((line) => /^(auth|http)_/.test(line) && !/status="503"/.test(line))
      return lines.map((line) => line.slice(0, line.lastIndexOf(' '))).toSorted()
    }

    /** One connection, all at once: 10,000 answers within a few seconds. */
    const flood = (of: (n: number) => string, count: number) =>
      sendRaw(
        house().nodes[0]?.url ?? '',
        Array.from({ length: count }, (_, n) => {
          const connection = n === count - 1 ? 'close' : 'keep-alive'
          return `${of(n)}Host: x\r\nAccept: application/json\r\nConnection: ${connection}\r\n\r\n`
        }).join(''),
      )

    it('A-912 have no more series after 10,000 paths, and hundreds of clients, names, methods and key ids', async () => {
      const agent = agentOf(house())
      const { at, page } = await follow(agent, house().issuer, authorizationRequest(PORTAL).url)
      const oddities = async (n: number) => {
        await knock(agent, basic({ clientId: `client-${n}`, secret: 'x' }), { grant_type: `grant-${n}` })
        await call(agent, '/oauth2/token', { grant_type: `mine-${n}` }, PORTAL)
        await agent.submit(page, at, { username: `nobody-${n}@example.com`, password: 'wrong' })
        await userinfo(agent, `${Buffer.from(`{"alg":"ES256","kid":"${n}"}`).toString('base64url')}.e30.c2ln`)
        await agent.request(`/interaction/${n}`)
        await agent.request(`/oauth2/authorize/${'a'.repeat(40)}${100 + n}`)
      }
      const one = (n: number) => `GET /nothing/${n}/${n * n}?x=${n} HTTP/1.1\r\n`
      const method = (n: number) => `${METHODS[n % METHODS.length]} /oauth2/token HTTP/1.1\r\n`
      await flood(one, 1)
      await flood(method, METHODS.length)
      await oddities(0)
      const before = await seriesOf()
      await flood(one, 10_000)
      await flood(method, 5 * METHODS.length)
      for (let n = 1; n < 100; n++) await oddities(n)
      expect(await seriesOf()).toEqual(before)
    })
  })
})
