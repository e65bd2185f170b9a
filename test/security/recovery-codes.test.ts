/** Recovery codes, from the page that makes them to the last one. */
import { afterAll, expect, it } from 'vitest'
import { openAccount } from '../support/account.ts'
import { credentials, login } from '../support/first-party.ts'
import { agentOf, follow, SET_UP } from '../support/flows.ts'
import { startMailServer } from '../support/mail-server.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { AUTHENTICATOR, addApp, codesOn, RECOVERY_CODES } from '../support/own-factors.ts'
import { answerMfa, withRecoveryCodes, withTotp } from '../support/second-factors.ts'
import { trailOf } from '../support/trail.ts'
import { withoutFaults } from './answers.ts'
import { dumpOf, textOf } from './dump.ts'
import { times } from './guessing.ts'
import { SOON } from './probes.ts'

const mails = await startMailServer()
afterAll(() => mails.close())

/** People of one test each. */
const [OWNER, RACER, THIEF, NOBODY] = ['owner', 'racer', 'thief', 'nobody'].map((name) => ({
  email: `${name}@example.com`,
  password: `the password of ${name} 1`,
})) as [Person, Person, Person, Person]
type Person = { email: string; password: string }
const users = [OWNER, RACER, THIEF, NOBODY].map((one) => ({ ...one, email_verified: true }))

onBothStorages(
  (house) => {
    withoutFaults(house)
    /** Signs in with the password and a code: the status, and the code of a refusal. */
    const signInBy = async (person: Person, code: string) => {
      const agent = agentOf(house())
      const { mfa_token } = (await login(agent, credentials(person))).json()
      return answerMfa(agent, { mfa_token, method: 'recovery-codes', code })
    }
    const mailsTo = ({ email }: Person) => mails.received.filter(({ to }) => [to].flat()[0]?.text === email)

    it('A-460 ten are shown once and kept as hashes; each is good once, and none of a set that was replaced', async () => {
      const { agent, page } = await addApp(house(), { person: OWNER })
      expect([codesOn(page), page.text.includes('No recovery codes yet')]).toEqual([[], true])
      const made = await agent.submit(page, RECOVERY_CODES, { make: 'yes' })
      expect([made.status, made.location]).toEqual([
        303,
        `${house().issuer}${RECOVERY_CODES}?done=codes_made`,
      ])
      // Who only looks whether there is something uses up nothing.
      expect((await agent.request(RECOVERY_CODES, { method: 'HEAD' })).status).toBe(200)
      const shown = await agent.request(made.location ?? '')
      const codes = codesOn(shown)
      expect([codes.length, new Set(codes).size]).toEqual([10, 10])
      for (const code of codes) expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/)
      const again = await agent.request(RECOVERY_CODES)
      expect([codesOn(again), again.text.includes('Not confirmed as kept')]).toEqual([[], true])
      expect((await agent.request('/account')).text).toContain('Not confirmed as kept')
      const noted = await agent.submit(shown, RECOVERY_CODES, {
        noted: /name="noted" value="([^"]+)"/.exec(shown.text)?.[1] ?? '',
      })
      expect(noted.location).toBe(`${house().issuer}${RECOVERY_CODES}?done=codes_noted`)
      expect((await agent.request('/account')).text).toContain('10 of 10 left')
      const stores = textOf(await dumpOf(house()))
      for (const code of codes)
        expect([stores.includes(code), house().log().includes(code)]).toEqual([false, false])

      const [first = '', second = ''] = codes
      expect((await signInBy(OWNER, first)).status).toBe(200)
      // Used; and written as people do.
      expect((await signInBy(OWNER, first)).json()['code']).toBe('invalid_code')
      expect(
        (
          await signInBy(
            OWNER,
            ` ${second.toUpperCase().replaceAll('-', ' ').replaceAll('1', 'l').replaceAll('0', 'O')}`,
          )
        ).status,
      ).toBe(200)
      const left = await agent.request(RECOVERY_CODES)
      expect(left.text).toContain('8 of 10 left')
      await agent.submit(left, RECOVERY_CODES, { make: 'yes' })
      const renewed = codesOn(await agent.request(RECOVERY_CODES))
      expect(renewed).toHaveLength(10)
      expect((await signInBy(OWNER, codes[2] ?? '')).json()['code']).toBe('invalid_code')
      for (const [n, code] of renewed.slice(0, 7).entries())
        expect([n, (await signInBy(OWNER, code)).status]).toEqual([n, 200])
      expect((await agent.request('/account')).text).toContain('Not confirmed as kept')

      const told = (await trailOf(house())).filter(({ personal }) => personal.name === OWNER.email)
      const used = told.filter(({ event }) => event.type === 'mfa.recovery_used')
      expect(used.map(({ event }) => event.details?.['left'])).toEqual([9, 8, 9, 8, 7, 6, 5, 4, 3])
      await expect
        .poll(() => mailsTo(OWNER).map(({ subject }) => subject), SOON)
        .toEqual(expect.arrayContaining(['You have new recovery codes', 'A recovery code was used']))
      await expect
        .poll(() => mailsTo(OWNER).some(({ text }) => text?.includes('9 codes are left.')), SOON)
        .toBe(true)
      for (const { text = '', html = '' } of mailsTo(OWNER))
        for (const code of [...codes, ...renewed])
          expect([text.includes(code), String(html).includes(code)]).toEqual([false, false])
    })

    it('A-460 of many answers at once one is right, on whatever node', async () => {
      await withTotp(house(), RACER.email)
      const [code = ''] = await withRecoveryCodes(house(), RACER.email)
      const tokens = await times(5, async (n) => {
        const agent = agentOf(house(), n % house().nodes.length)
        return { agent, token: (await login(agent, credentials(RACER))).json()['mfa_token'] }
      })
      const answers = await times(50, (n) => {
        const { agent, token } = tokens[n % tokens.length] ?? {}
        if (agent === undefined) throw new Error('nobody')
        return answerMfa(agent, { mfa_token: token, method: 'recovery-codes', code })
      })
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      const used = (await trailOf(house())).filter(({ event }) => event.type === 'mfa.recovery_used')
      expect(used.filter(({ personal }) => personal.name === RACER.email)).toHaveLength(1)
    })

    it('A-456 somebody else’s is none', async () => {
      const [theirs = ''] = await withRecoveryCodes(house(), RACER.email)
      await withTotp(house(), THIEF.email)
      await withRecoveryCodes(house(), THIEF.email)
      expect((await signInBy(THIEF, theirs)).json()['code']).toBe('invalid_code')
      const failed = (await trailOf(house())).filter(({ event }) => event.type === 'mfa.failed')
      expect(failed.filter(({ personal }) => personal.name === THIEF.email)).toHaveLength(1)
      // It was not used up by it either.
      expect((await signInBy(RACER, theirs)).status).toBe(200)
    })

    it('there are none without a factor that they could stand for', async () => {
      const { agent, page } = await openAccount(house(), { path: RECOVERY_CODES, person: NOBODY })
      expect(page.text).toContain('No recovery codes needed')
      expect((await agent.submit(page, RECOVERY_CODES, { make: 'yes' })).status).toBe(404)
      expect((await login(agentOf(house()), credentials(NOBODY))).status).toBe(200)
      const led = await follow(agent, house().issuer, AUTHENTICATOR)
      expect(led.page.text).toContain('Add an authenticator app')
    })
  },
  {
    setUp: { ...SET_UP, users: [...SET_UP.users, ...users] },
    env: { ...mails.env, RATE_LIMIT_LOGIN_ACCOUNT: '100/15m' },
  },
)
