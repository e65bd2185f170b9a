/** Where a rule of risk says `step_up`, more is proven before anything goes on: at a sign-in, and at a refresh. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { Agent } from '../support/agent.ts'
import {
  codeOf,
  credentials,
  login,
  PAGE,
  refreshBy,
  refreshCookie,
  tokenOf,
} from '../support/first-party.ts'
import { APP, agentOf, follow, OWN, refresh, SET_UP, signIn } from '../support/flows.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { totpCode, withTotp } from '../support/second-factors.ts'
import { trailOf } from '../support/trail.ts'
import { withoutFaults } from './answers.ts'
import { atPage, callbackAfter } from './browsers.ts'
import { BEHIND_PROXY, browserAt } from './guessing.ts'

const PEOPLE = ['ada', 'bob', 'cy'].map((name) => ({
  // Nobody is sent a code at an address that isn't proven.
  ...{ email: `${name}@example.com`, email_verified: false, password: `a password of ${name}` },
}))
type Person = (typeof PEOPLE)[number]
const [ADA, BOB, CY] = PEOPLE as [Person, Person, Person]
const HOME = '203.0.113.7'
const [LISTED, ALSO_LISTED] = ['192.0.2.66', '198.51.100.66']

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-step-up-'))
const list = join(folder, 'addresses.txt')
writeFileSync(list, `${LISTED}\n${ALSO_LISTED}\n`)
afterAll(() => rmSync(folder, { recursive: true }))

const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })

onBothStorages(
  (house) => {
    withoutFaults(house)

    const mfa = (agent: Agent, body: object, address: string, agentName = 'a browser') =>
      agent.request('/auth/mfa', {
        method: 'POST',
        body: JSON.stringify(body),
        headers: {
          ...PAGE,
          ...from(address).headers,
          'content-type': 'application/json',
          'user-agent': agentName,
        },
      })
    const refreshAt = (agent: Agent, token: string, address: string, node?: string) =>
      refreshBy(agent, token, {
        headers: { ...from(address).headers, 'user-agent': 'a browser' },
        ...(node !== undefined && { node }),
      })

    it('A-459 a device that is remembered is none where a risk calls for more', async () => {
      const secret = await withTotp(house(), ADA.email)
      const withPassword = async (address: string, known?: Agent) => {
        const agent = browserAt(house(), address)
        agent.cookies.push(...(known?.cookies.filter(({ name }) => name.includes('device')) ?? []))
        const { at, page } = await atPage(house(), agent, OWN)
        const sent = await agent.submit(page, at, { username: ADA.email, password: ADA.password })
        return { agent, ...(await follow(agent, house().issuer, sent.location ?? at)) }
      }
      const first = await withPassword(HOME)
      const fields = { code: totpCode(secret), remember: 'on' }
      await callbackAfter(house(), first.agent, await first.agent.submit(first.page, first.at, fields))
      expect((await withPassword(HOME, first.agent)).page.location).toContain('code=')
      expect((await withPassword(LISTED, first.agent)).page.text).toContain('name="code"')
    })

    it('A-467 a refresh that is odd changes nothing until its person has proven who they are', async () => {
      const secret = await withTotp(house(), BOB.email)
      const page = agentOf(house())
      const begun = await login(page, credentials(BOB), {
        headers: { ...from(HOME).headers, 'user-agent': 'a browser' },
      })
      const { mfa_token: first } = begun.json()
      const given = await mfa(page, { mfa_token: first, method: 'totp', code: totpCode(secret, -1) }, HOME)
      const token = tokenOf(given)
      const asked: Record<string, unknown>[] = []
      for (const node of house().nodes) {
        const answer = await refreshAt(page, token, LISTED, node.url)
        expect([...codeOf(answer), refreshCookie(answer)]).toEqual([403, 'step_up_required', undefined])
        asked.push(answer.json())
      }
      expect(asked[0]).toMatchObject({ methods: ['totp'], mfa_token: expect.stringMatching(/^[\w-]{43}$/) })
      // As good as before, where nothing is odd.
      const atHome = await refreshAt(page, token, HOME)
      expect(atHome.status).toBe(200)
      const next = tokenOf(atHome)

      const { mfa_token: mfaToken } = (await refreshAt(page, next, LISTED)).json()
      const answer = { mfa_token: mfaToken, method: 'totp', code: totpCode(secret) }
      const elsewhere = await mfa(page, answer, ALSO_LISTED)
      expect(codeOf(elsewhere)).toEqual([401, 'invalid_mfa_token'])
      expect(codeOf(await mfa(page, answer, LISTED, 'somebody else'))).toEqual([401, 'invalid_mfa_token'])
      const byMail = await mfa(page, { ...answer, method: 'email-code', code: '000000' }, LISTED)
      expect(codeOf(byMail)).toEqual([400, 'method_not_offered'])
      expect(codeOf(await mfa(page, { ...answer, code: '000000' }, LISTED))).toEqual([401, 'invalid_code'])
      const proven = await mfa(page, answer, LISTED)
      expect([proven.status, proven.json()['token_type']]).toEqual([200, 'Bearer'])
      expect(codeOf(await mfa(page, answer, LISTED))).toEqual([401, 'invalid_mfa_token'])
      const types = (await trailOf(house())).map(({ event }) => event.type)
      expect(types.filter((type) => type === 'session.raised')).toHaveLength(1)

      // Known by now; another network is not.
      const goesOn = await refreshAt(page, tokenOf(proven), LISTED)
      expect(goesOn.status).toBe(200)
      expect(codeOf(await refreshAt(page, tokenOf(goesOn), ALSO_LISTED))).toEqual([403, 'step_up_required'])
    })

    it('whoever has no second factor proves what they sign in with', async () => {
      const page = agentOf(house())
      const headers = { ...from(HOME).headers, 'user-agent': 'a browser' }
      const token = tokenOf(await login(page, credentials(CY), { headers }))
      const { mfa_token: mfaToken, methods } = (await refreshAt(page, token, LISTED)).json()
      expect(methods).toEqual(['password'])
      const answer = { mfa_token: mfaToken, method: 'password', code: 'not this one' }
      expect(codeOf(await mfa(page, answer, LISTED))).toEqual([401, 'invalid_credentials'])
      expect((await mfa(page, { ...answer, code: CY.password }, LISTED)).status).toBe(200)
    })

    it('the application of a person’s own browser is told that they have to sign in again', async () => {
      const { tokens } = await signIn(house(), browserAt(house(), HOME), APP, undefined, CY)
      const odd = await refresh(browserAt(house(), LISTED), APP, tokens.refresh_token)
      expect([odd.status, odd.json()['error']]).toEqual([400, 'interaction_required'])
      expect((await refresh(browserAt(house(), HOME), APP, tokens.refresh_token)).status).toBe(200)
    })
  },
  { env: { ...BEHIND_PROXY, ADDRESS_REPUTATION: list }, setUp: { ...SET_UP, users: PEOPLE } },
)
