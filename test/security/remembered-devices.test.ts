/** "Don't ask on this device": for its person, in this browser, for thirty days, until anything makes it doubtful. */
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { Agent } from '../support/agent.ts'
import { agentOf, follow, OWN, SET_UP } from '../support/flows.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { totpCode, withTotp } from '../support/second-factors.ts'
import { trailOf } from '../support/trail.ts'
import { commandWithin, within } from '../support/within.ts'
import { withoutFaults } from './answers.ts'
import { atPage, callbackAfter } from './browsers.ts'

const PEOPLE = ['ada', 'bob', 'cy', 'dee'].map((name) => ({
  ...{ email: `${name}@example.com`, email_verified: true, password: `a password of ${name}` },
}))
type Person = (typeof PEOPLE)[number]
const [ADA, BOB, CY, DEE] = PEOPLE as [Person, Person, Person, Person]
const NEXT = { ...CY, password: 'another password of cy' }
const DAY = 24 * 60 * 60 * 1000

onBothStorages(
  (house) => {
    withoutFaults(house)

    const withPassword = async (agent: Agent, { email, password }: Person) => {
      const { at, page } = await atPage(house(), agent, OWN)
      const sent = await agent.submit(page, at, { username: email, password })
      return follow(agent, house().issuer, sent.location ?? at)
    }
    /** Another window of a browser that has this one's device cookie, or what `changed` makes of it. */
    const besides = (agent: Agent, changed = (value: string) => value, headers = {}) => {
      const other = agentOf(house(), 0, headers)
      const known = agent.cookies.filter(({ name }) => name.includes('device'))
      other.cookies.push(...known.map((cookie) => ({ ...cookie, value: changed(cookie.value) })))
      return other
    }
    const isAsked = async (agent: Agent, person: Person) =>
      (await withPassword(agent, person)).page.text.includes('name="code"')
    const remembered = async (person: Person, code: string) => {
      const agent = agentOf(house())
      const { at, page } = await withPassword(agent, person)
      await callbackAfter(house(), agent, await agent.submit(page, at, { code, remember: 'on' }))
      expect(await isAsked(besides(agent), person)).toBe(false)
      return agent
    }

    it('A-459 is worth nothing to another person, in another browser, or once it was edited', async () => {
      const secret = await withTotp(house(), ADA.email)
      await withTotp(house(), BOB.email)
      const agent = await remembered(ADA, totpCode(secret))
      expect(await isAsked(besides(agent), BOB)).toBe(true)
      const elsewhere = { 'user-agent': 'Mozilla/5.0 (Macintosh) Firefox/140.0' }
      expect(await isAsked(besides(agent, undefined, elsewhere), ADA)).toBe(true)
      const edited = (value: string) => (value.startsWith('A') ? 'B' : 'A') + value.slice(1)
      expect(await isAsked(besides(agent, edited), ADA)).toBe(true)
      expect(await isAsked(besides(agent), ADA)).toBe(false)
    })

    it('A-459 ends with the password, with a sign-out everywhere, and with the device', async () => {
      const secret = await withTotp(house(), CY.email)
      const known = await remembered(CY, totpCode(secret, -1))
      await within(house(), async ({ accounts, setPassword }) => {
        const account = await accounts.users.findByEmailKey(CY.email)
        if (account !== undefined) await setPassword(account, NEXT.password, {})
      })
      expect(await isAsked(besides(known), NEXT)).toBe(true)

      const again = await remembered(NEXT, totpCode(secret))
      await commandWithin(house(), ['sessions', 'revoke', '--user', CY.email])
      expect(await isAsked(besides(again), NEXT)).toBe(true)

      const last = await remembered(NEXT, totpCode(await withTotp(house(), CY.email)))
      const signIns = (await trailOf(house())).filter(({ event }) => event.type === 'login.succeeded')
      const device = String(signIns.at(-1)?.event.details?.['device'])
      await commandWithin(house(), ['sessions', 'revoke', '--device', device])
      expect(await isAsked(besides(last), NEXT)).toBe(true)
    })

    it('A-459 ends after thirty days', async () => {
      const secret = await withTotp(house(), DEE.email)
      const agent = await remembered(DEE, totpCode(secret))
      const turnBack = (ms: number) =>
        within(house(), ({ database: { db } }) =>
          sql`update devices set trusted_at = trusted_at - ${ms} * interval '1 millisecond',
            trusted_until = trusted_until - ${ms} * interval '1 millisecond'`.execute(db),
        )
      await turnBack(29 * DAY)
      expect(await isAsked(besides(agent), DEE)).toBe(false)
      await turnBack(DAY)
      expect(await isAsked(besides(agent), DEE)).toBe(true)
    })
  },
  { setUp: { ...SET_UP, users: PEOPLE } },
)
