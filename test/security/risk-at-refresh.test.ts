/** A session that goes on elsewhere: noticed, told of, and refused where the policy says so, without harm to its owner. */
import { afterAll, beforeEach, expect, it } from 'vitest'
import type { Answer } from '../support/agent.ts'
import { codeOf, login, refreshBy, refreshCookie, tokenOf } from '../support/first-party.ts'
import { agentOf, PORTAL, refresh, signIn } from '../support/flows.ts'
import { startMailServer } from '../support/mail-server.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { trailOf } from '../support/trail.ts'
import { commandWithin, withinState } from '../support/within.ts'
import { BEHIND_PROXY, browserAt } from './guessing.ts'
import { metric, SOON } from './probes.ts'

/** Networks of universities, which stay where they are. */
const BERLIN = '130.149.7.1'
const TOKYO = '133.11.0.1'

const mails = await startMailServer()
afterAll(() => mails.close())
const SUBJECT = 'An app that you are signed in to is used in an unusual way'

onBothStorages(
  (house) => {
    const [home, abroad] = [() => browserAt(house(), BERLIN), () => browserAt(house(), TOKYO)]
    const begin = async () => (await signIn(house(), home(), PORTAL)).tokens.refresh_token
    const policy = (risk: object) => house().apply({ version: 1, policies: { risk } })
    const rotated = () => metric(house(), 'auth_refresh_total{result="rotated"}')
    const noticed = async () => (await trailOf(house(), ['--type', 'risk.noticed'])).map(({ event }) => event)

    /** All families as they are stored. */
    const families = () =>
      withinState(house(), async (core, { grants }) => {
        const all: unknown[] = []
        for (const { sub } of await core.accounts.users.list({ limit: 10 }))
          for await (const batch of grants.list('account', sub))
            for (const { key, family } of batch) all.push([key, family?.number, family?.uses])
        return all
      })

    beforeEach(() => {
      mails.received.length = 0
    })

    it('is noticed together with the rotation, and its person is told once', async () => {
      const first = await begin()
      const before = (await noticed()).length
      const moved = await refresh(abroad(), PORTAL, first)
      const again = await refresh(abroad(), PORTAL, String(moved.json()['refresh_token']))
      expect([moved.status, again.status]).toEqual([200, 200])
      const found = (await noticed()).slice(before)
      expect(found).toMatchObject([
        {
          ...{ country: 'JP', client: 'portal', session: expect.any(String) },
          details: {
            rules: ['new_country:notify', 'impossible_travel:step_up'],
            ...{ risk: 'step_up', verdict: 'rotate', from_country: 'DE', countries: ['DE'] },
          },
        },
      ])
      await expect
        .poll(() => mails.received.filter(({ subject }) => subject === SUBJECT), SOON)
        .toHaveLength(1)
      expect(mails.received.find(({ subject }) => subject === SUBJECT)?.text).toContain(`Address: ${TOKYO}`)

      const id = moved.headers.get('x-request-id') ?? ''
      const { stdout } = await commandWithin(house(), ['risk', 'explain', id])
      expect(stdout).toMatch(/^A refresh of .*, from 133\.11\.0\.1$/m)
      expect(stdout).toMatch(/impossible_travel → step_up: From DE to JP it is \d+ km at least/)
    })

    it('is refused where the policy denies it, and the token goes on for who is at home', async () => {
      const portal = await begin()
      const page = agentOf(house())
      const cookie = tokenOf(await login(page, undefined, { headers: { 'x-forwarded-for': BERLIN } }))
      await policy({ impossible_travel: 'deny' })
      const refused: Answer[] = []
      await expect
        .poll(async () => {
          refused.push(await refresh(abroad(), PORTAL, await begin()))
          return refused.at(-1)?.status
        }, SOON)
        .toBe(400)

      const [stored, before] = [await families(), await rotated()]
      for (const node of house().nodes) {
        const answer = await refresh(abroad(), PORTAL, portal, node.url)
        expect([answer.status, answer.json()['error']]).toEqual([400, 'invalid_grant'])
      }
      const atPage = await refreshBy(page, cookie, { headers: { 'x-forwarded-for': TOKYO } })
      expect(codeOf(atPage)).toEqual([401, 'invalid_refresh'])
      expect(refreshCookie(atPage)).toBeUndefined()
      expect(await families()).toEqual(stored)

      const denied = (await noticed()).filter(({ details }) => details?.['risk'] === 'deny')
      expect(denied.length).toBeGreaterThanOrEqual(house().nodes.length + 2)
      expect((await refresh(home(), PORTAL, portal)).status).toBe(200)
      const back = await refreshBy(page, cookie, { headers: { 'x-forwarded-for': BERLIN } })
      expect([back.status, await rotated()]).toEqual([200, before + 2])
      await policy({})
    })
  },
  { env: { ...BEHIND_PROXY, ...mails.env, RATE_LIMIT_LOGIN_ADDRESS: '1000/15m' } },
)
