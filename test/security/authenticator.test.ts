/** Authenticator apps at `/account`: what it takes to add and to remove one, and which secret counts. */
import { afterAll, describe, expect, it } from 'vitest'
import { ageSignIn, csrfOf, expectAsked, openAccount, sendForm } from '../support/account.ts'
import type { Agent, Answer } from '../support/agent.ts'
import { credentials, login } from '../support/first-party.ts'
import { agentOf, authorizationRequest, follow, SET_UP } from '../support/flows.ts'
import { startMailServer } from '../support/mail-server.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { AUTHENTICATOR, addApp, appsOn, RECOVERY_CODES, secretOn } from '../support/own-factors.ts'
import { answerMfa, totpCode, withRecoveryCodes, withTotp } from '../support/second-factors.ts'
import { trailOf } from '../support/trail.ts'
import { withoutFaults } from './answers.ts'
import { dumpOf, textOf } from './dump.ts'
import { SOON } from './probes.ts'

const mails = await startMailServer()
afterAll(() => mails.close())

/** People of one test each. */
const NAMES = [
  'adds',
  'secrets',
  'at-once',
  'hijack',
  'own-session',
  'stale',
  'removes',
  'limit',
  'full',
  'other',
] as const
type Name = (typeof NAMES)[number]
const person = (name: Name) => ({ email: `${name}@example.com`, password: `the password of ${name} 1` })
const users = NAMES.map((name) => ({ ...person(name), email_verified: true }))

const subjectsTo = (name: Name) => mails.subjectsTo(person(name).email)

onBothStorages(
  (house) => {
    withoutFaults(house)
    const atPage = (name: Name, agent?: Agent) =>
      openAccount(house(), { path: AUTHENTICATOR, person: person(name), ...(agent && { agent }) })
    const send = (agent: Agent, page: Answer, fields: Record<string, string>) =>
      agent.submit(page, AUTHENTICATOR, fields)
    const needsCode = async (name: Name): Promise<boolean> =>
      (await login(agentOf(house()), credentials(person(name)))).json()['code'] === 'mfa_required'

    it('an app is added by a code of the secret that is shown, and from then on its code is asked for', async () => {
      const { agent, at, page, secret, code } = await addApp(house(), {
        person: person('adds'),
        name: ' My\u202e phone ',
      })
      expect(at).toBe(`${house().issuer}${RECOVERY_CODES}?done=app_added`)
      expect(page.text).toContain('Make recovery codes')
      expect(await needsCode('adds')).toBe(true)
      // The session has proven it: nothing is asked for twice, and relying parties are told so.
      const listed = await agent.request(AUTHENTICATOR)
      expect([listed.status, listed.text.includes('<bdi>My phone</bdi>')]).toEqual([200, true])
      expect(secretOn(listed)).not.toBe(secret)
      expect((await agent.request('/account')).text).toContain('1 app')
      const asked = { acr_values: 'urn:gatehouse:acr:2fa', prompt: 'none' }
      const silent = await agent.request(
        authorizationRequest({ clientId: 'own', redirectUri: '' }, asked).url,
      )
      expect(silent.location ?? '').not.toContain('login_required')
      // the code that has proven it is spent.
      const other = agentOf(house())
      const { mfa_token } = (await login(other, credentials(person('adds')))).json()
      const again = await answerMfa(other, { mfa_token, method: 'totp', code })
      expect([again.status, again.json()['code']]).toEqual([401, 'invalid_code'])
      const told = (await trailOf(house())).filter(({ personal }) => personal.name === person('adds').email)
      const [enrolled] = told.filter(({ event }) => event.type === 'mfa.enrolled')
      expect(enrolled?.event).toMatchObject({
        details: { method: 'totp' },
        actor: `user:${enrolled?.event['subject']}`,
      })
      await expect.poll(() => subjectsTo('adds'), SOON).toContain('An authenticator app was added')
    })

    describe('A-461', () => {
      it('a secret that was shown before, or to another session, or is used already, is no good', async () => {
        const mine = await atPage('secrets')
        const elsewhere = await atPage('secrets')
        const [first, theirs] = [secretOn(mine.page), secretOn(elsewhere.page)]
        const again = await mine.agent.request(AUTHENTICATOR)
        const second = secretOn(again)
        expect(new Set([first, second, theirs]).size).toBe(3)
        for (const [agent, page, secret, shown] of [
          [mine.agent, mine.page, first, second],
          [mine.agent, again, theirs, second],
          [elsewhere.agent, elsewhere.page, second, theirs],
        ] as const) {
          const refused = await send(agent, page, { code: totpCode(secret), name: 'Phone' })
          expect([refused.status, refused.text.includes('That code didn’t work.')]).toEqual([400, true])
          // Who has scanned the picture can go on with it, and has typed the name once.
          expect([secretOn(refused), refused.text.includes('value="Phone"')]).toEqual([shown, true])
        }
        for (const code of ['', '000000', totpCode(second, 40), `${totpCode(second)}0`, 'abcdef'])
          expect([code, (await send(mine.agent, again, { code })).status]).toEqual([code, 400])
        expect(await needsCode('secrets')).toBe(false)
        expect((await send(mine.agent, again, { code: totpCode(second) })).status).toBe(303)
        const used = await send(mine.agent, again, { code: totpCode(second, 1) })
        expect([used.status, used.text.includes('That picture is no longer good.')]).toEqual([400, true])
        expect([second, ''].includes(secretOn(used))).toBe(false)
        expect(appsOn(used)).toHaveLength(1)
      })

      it('of many answers at once one adds an app', async () => {
        const { agent, page } = await atPage('at-once')
        const code = totpCode(secretOn(page))
        const answers = await Promise.all(Array.from({ length: 20 }, () => send(agent, page, { code })))
        // Who comes after it has something to prove, and is asked for that.
        expect(answers.filter(({ location }) => location?.endsWith('done=app_added'))).toHaveLength(1)
        expect(appsOn(await agent.request(AUTHENTICATOR))).toHaveLength(1)
      })

      it('a secret lies nowhere in clear', async () => {
        const { secret, page } = await addApp(house(), { person: person('other') })
        const waiting = secretOn((await atPage('own-session')).page)
        expect(page.status).toBe(200)
        const stores = textOf(await dumpOf(house()))
        for (const one of [secret, waiting]) {
          expect([stores.includes(one), house().log().includes(one)]).toEqual([false, false])
        }
      })

      it('who knows the password alone adds nothing to an account that has a factor, nor takes any', async () => {
        const { agent, page } = await atPage('hijack')
        const code = totpCode(secretOn(page))
        const secret = await withTotp(house(), person('hijack').email)
        const [id = ''] = appsOn((await openAccount(house(), { agent, path: '/account' })).page)
        for (const answer of [
          await agent.request(AUTHENTICATOR),
          await send(agent, page, { code }),
          await send(agent, page, { remove: id }),
          await agent.submit(page, RECOVERY_CODES, { make: 'yes' }),
        ])
          expectAsked(answer, '2fa')
        // What is asked for is the second factor, of this session.
        const asked = await follow(agent, house().issuer, AUTHENTICATOR)
        expect(asked.page.text).toContain('name="code"')
        const wrong = await agent.submit(asked.page, asked.at, { code: '000000' })
        expect(wrong.status).toBe(400)
        expectAsked(await agent.request(AUTHENTICATOR), '2fa')
        const proven = await agent.submit(asked.page, asked.at, { code: totpCode(secret) })
        const back = await follow(agent, house().issuer, proven.location ?? '')
        expect([back.at, back.page.status]).toEqual([`${house().issuer}${AUTHENTICATOR}`, 200])
        expect(appsOn(back.page)).toHaveLength(1)
      })

      it('nothing is done by a form of another site, of nobody’s, or of another person’s', async () => {
        const { agent, page } = await atPage('own-session')
        const fields = { code: totpCode(secretOn(page)) }
        const foreign = csrfOf((await atPage('at-once', agentOf(house()))).page)
        for (const answer of [
          await sendForm(agent, AUTHENTICATOR, fields),
          await sendForm(agent, AUTHENTICATOR, { ...fields, csrf: foreign }),
          await sendForm(
            agent,
            AUTHENTICATOR,
            { ...fields, csrf: csrfOf(page) },
            { origin: 'https://evil.example' },
          ),
        ])
          expect(answer.status).toBe(403)
        expect(await needsCode('own-session')).toBe(false)
      })
    })

    it('A-463 an old sign-in is asked for anew, with the second factor, before anything is shown or changed', async () => {
      const { agent } = await addApp(house(), { person: person('stale') })
      const page = await agent.request(AUTHENTICATOR)
      const [id = ''] = appsOn(page)
      await ageSignIn(house(), agent, 301)
      for (const answer of [
        await agent.request(AUTHENTICATOR),
        await send(agent, page, { remove: id }),
        await send(agent, page, { rename: id, name: 'Mine' }),
        await send(agent, page, { code: totpCode(secretOn(page)) }),
        await agent.submit(page, RECOVERY_CODES, { make: 'yes' }),
      ])
        expectAsked(answer, '2fa')
      expect(await needsCode('stale')).toBe(true)
    })

    it('removing the last one is told by mail, and takes the recovery codes along', async () => {
      const { agent } = await addApp(house(), { person: person('removes') })
      await withTotp(house(), person('removes').email)
      const codes = await withRecoveryCodes(house(), person('removes').email)
      expect(codes).toHaveLength(10)
      const page = await agent.request(AUTHENTICATOR)
      const ids = appsOn(page)
      expect(ids).toHaveLength(2)
      const theirs = appsOn(
        await (await addApp(house(), { person: person('limit') })).agent.request(AUTHENTICATOR),
      )
      expect(theirs).toHaveLength(1)
      for (const unknown of [...theirs, crypto.randomUUID(), 'x', ''])
        expect([unknown, (await send(agent, page, { remove: unknown })).status]).toEqual([unknown, 404])
      expect((await send(agent, page, { rename: ids[0] ?? '', name: 'Desk' })).status).toBe(303)
      expect((await agent.request(AUTHENTICATOR)).text).toContain('<bdi>Desk</bdi>')
      const [once, twice] = [
        await send(agent, page, { remove: ids[0] ?? '' }),
        await send(agent, page, { remove: ids[0] ?? '' }),
      ]
      expect([once.location, twice.status]).toEqual([
        `${house().issuer}${AUTHENTICATOR}?done=app_removed`,
        404,
      ])
      expect((await agent.request(RECOVERY_CODES)).text).toContain('10 of 10 left')
      expect((await send(agent, page, { remove: ids[1] ?? '' })).status).toBe(303)
      expect(await needsCode('removes')).toBe(false)
      expect((await agent.request(RECOVERY_CODES)).text).toContain('No recovery codes needed')
      const told = (await trailOf(house())).filter(
        ({ personal }) => personal.name === person('removes').email,
      )
      expect(
        told.filter(({ event }) => event.type === 'mfa.removed').map(({ event }) => event.details),
      ).toEqual([
        { method: 'totp', last: false },
        { method: 'totp', last: true },
      ])
      await expect
        .poll(() => subjectsTo('removes'), SOON)
        .toEqual(
          expect.arrayContaining([
            'An authenticator app was removed',
            'Your last authenticator app was removed',
          ]),
        )
    })

    it('there are five at most', async () => {
      const { agent } = await addApp(house(), { person: person('full') })
      const full = await agent.request(AUTHENTICATOR)
      for (let n = 1; n < 5; n++) await withTotp(house(), person('full').email)
      const late = await send(agent, full, { code: totpCode(secretOn(full), 1) })
      expect([late.status, late.text.includes('Nothing was added.')]).toEqual([400, true])
      const page = await agent.request(AUTHENTICATOR)
      expect([appsOn(page).length, secretOn(page), page.text.includes('name="code"')]).toEqual([5, '', false])
    })
  },
  { setUp: { ...SET_UP, users: [...SET_UP.users, ...users] }, env: mails.env },
)
