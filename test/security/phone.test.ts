/** A mobile number at `/account`: what it takes to add, to replace and to remove one, and which code counts. */
import { decodeJwt } from 'jose'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { ageSignIn, csrfOf, expectAsked, openAccount, sendForm } from '../support/account.ts'
import type { Agent, Answer } from '../support/agent.ts'
import { credentials, login } from '../support/first-party.ts'
import { PORTAL, SET_UP, signIn } from '../support/flows.ts'
import { startMailServer } from '../support/mail-server.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { AUTHENTICATOR, appsOn, RECOVERY_CODES } from '../support/own-factors.ts'
import { withRecoveryCodes, withTotp } from '../support/second-factors.ts'
import { codeIn, startSmsProvider } from '../support/sms-provider.ts'
import { trailOf } from '../support/trail.ts'
import { within } from '../support/within.ts'
import { withoutFaults } from './answers.ts'
import { wrong } from './codes.ts'
import { dumpOf, textOf } from './dump.ts'
import { BEHIND_PROXY, browserAt, limiterOf, retryAfter, times } from './guessing.ts'
import { SOON, userinfo } from './probes.ts'
import { linkTo, useLink } from './resets.ts'

const [mails, provider] = [await startMailServer(), await startSmsProvider()]
afterAll(() => Promise.all([mails.close(), provider.close()]))

const PHONE = '/account/phone'

/** People of one test each. */
const NAMES = [
  ...['adds', 'older', 'once', 'tries', 'hijack', 'forms', 'other', 'stale', 'replaces', 'speaks'],
  ...['many', 'typos', 'needs', 'late', 'fails', 'same-1', 'same-2', 'same-3', 'same-4', 'same-5', 'same-6'],
] as const
const person = (name: string) => ({ email: `${name}@example.com`, password: `the password of ${name} 1` })
const users = [
  ...NAMES.map((name) => ({ ...person(name), email_verified: true })),
  { ...person('unproven'), email_verified: false },
  {
    ...person('tells'),
    email_verified: true,
    phone_number: '+1 (555) 010-0000',
    phone_number_verified: false,
  },
]

const subjectsTo = (name: string) => mails.subjectsTo(person(name).email)

onBothStorages(
  (house, storage) => {
    withoutFaults(house)
    beforeEach(() => {
      mails.received.length = 0
    })
    let addresses = 0
    const stranger = () => browserAt(house(), `198.18.${++addresses}.1`, addresses % house().nodes.length)
    let numbers = 0
    /** A number of its own block, for each storage its own. */
    const newNumber = () => `+4477${storage === 'redis' ? 1 : 2}${String(++numbers).padStart(3, '0')}0047`
    const atPage = (name: string, agent = stranger()) =>
      openAccount(house(), { path: PHONE, person: person(name), agent })
    const send = (agent: Agent, page: Answer, fields: Record<string, string>) =>
      agent.submit(page, PHONE, fields)
    const openPhone = async (agent: Agent) => ({ agent, at: '', page: await agent.request(PHONE) })
    /** Has a code sent to a number. */
    const ask = async (name: string, number = newNumber(), at = atPage(name)) => {
      const { agent, page } = await at
      const sent = await send(agent, page, { number })
      const shown = await agent.request(PHONE)
      return { agent, number, sent, page: shown, code: newest(number) }
    }
    const newest = (number: string) => codeIn(provider.texts(number).at(-1) ?? { to: '', text: '' })
    const add = async (name: string, number?: string) => {
      const { code, ...asked } = await ask(name, number)
      const added = await send(asked.agent, asked.page, { code })
      expect([added.status, added.location]).toEqual([303, expect.stringContaining('done=phone_added')])
      return { ...asked, page: await asked.agent.request(PHONE) }
    }
    const methodsOf = async (name: string): Promise<unknown> =>
      (await login(stranger(), credentials(person(name)))).json()['methods']
    const eventsOf = async (name: string, type: string) =>
      (await trailOf(house()))
        .filter(({ personal, event }) => personal.name === person(name).email && event.type === type)
        .map(({ event }) => event.details)

    it('a number is added by the code that is sent to it, and from then on a code confirms a sign-in', async () => {
      const number = newNumber()
      const spelled = ` 00${number.slice(1, 3)} (${number.slice(3, 6)}) ${number.slice(6, 8)}-${number.slice(8)} `
      const { agent, page } = await atPage('adds')
      expect(page.text).toContain('This is the weaker way.')
      const sent = await send(agent, page, { number: spelled })
      expect([sent.status, sent.location]).toEqual([303, `${house().issuer}${PHONE}`])
      const waiting = await agent.request(PHONE)
      expect(waiting.text).toContain(`<code dir="ltr">${number}</code>`)
      expect(provider.texts(number)).toHaveLength(1)
      // Who presses twice wants one.
      expect((await send(agent, waiting, { number })).status).toBe(303)
      expect(provider.texts(number)).toHaveLength(1)
      const refused = await send(agent, waiting, { code: wrong(newest(number)) })
      expect([refused.status, refused.text.includes('That code didn’t work.')]).toEqual([400, true])
      expect(await methodsOf('adds')).toBeUndefined()
      const added = await send(agent, refused, { code: newest(number) })
      expect(added.location).toBe(`${house().issuer}${RECOVERY_CODES}?done=phone_added`)
      expect(await methodsOf('adds')).toEqual(['sms-code'])
      // The session has proven it: nothing is asked for twice.
      const listed = await agent.request(PHONE)
      expect([listed.status, listed.text.includes(number)]).toEqual([200, false])
      expect(listed.text).toMatch(/The number that ends in\s*<bdi class="name">47<\/bdi>/)
      expect((await agent.request('/account')).text).toContain('Ends in 47')
      expect(await eventsOf('adds', 'mfa.enrolment_asked')).toEqual([{ method: 'sms-code' }])
      expect(await eventsOf('adds', 'mfa.enrolled')).toEqual([{ method: 'sms-code' }])
      await expect.poll(() => subjectsTo('adds'), SOON).toContain('A mobile number was added')
      // neither where it lies, nor while it waited, nor in what is told of it.
      const other = await ask('other')
      const known = [textOf(await dumpOf(house())), house().log(), JSON.stringify(mails.received)].join()
      for (const one of [number, other.number]) expect(known.includes(one.slice(1))).toBe(false)
    })

    it('the message is in the language in which it was asked for, where its reader has never said theirs', async () => {
      const german = browserAt(house(), `198.18.${++addresses}.1`, 0, { 'accept-language': 'de' })
      const { number } = await ask('speaks', newNumber(), atPage('speaks', german))
      expect(provider.texts(number)[0]?.text).toContain('ist Ihr Code für localhost:3000')
    })

    it('what is no whole number is said to be none, on the page, with what was typed', async () => {
      const { agent, page } = await atPage('typos')
      const before = provider.texts().length
      for (const [typed, says] of [
        ['', 'Something is missing.'],
        ['07700 900047', 'The country code is missing.'],
        ['+44 (0)7700 900047', 'That’s no number that we can write to.'],
        ['+44 7700 900047;ext=1', 'That’s no number that we can write to.'],
        ['"><script>', 'That’s no number that we can write to.'],
        ['+979 123 456 789', 'That’s no number that we can write to.'],
      ] as const) {
        const refused = await send(agent, page, { number: typed })
        expect([typed, refused.status, refused.text.includes('role="alert"')]).toEqual([typed, 400, true])
        expect(refused.text).toContain(says)
        expect(refused.text.includes('<script>')).toBe(false)
      }
      expect((await send(agent, page, { number: '07700 900047' })).text).toContain('value="07700 900047"')
      expect((await send(agent, page, {})).status).toBe(400)
      expect(provider.texts()).toHaveLength(before)
    })

    describe('A-461 A-466', () => {
      it('a code of another session, of an older message, or for another number, is no good', async () => {
        const mine = await ask('older')
        const elsewhere = await ask('older')
        for (const [{ agent, page }, { code }] of [
          [mine, elsewhere],
          [elsewhere, mine],
        ] as const) {
          const crossed = await send(agent, page, { code })
          expect([crossed.status, crossed.text.includes('That code didn’t work.')]).toEqual([400, true])
        }
        await send(mine.agent, mine.page, { other: 'yes' })
        const again = await mine.agent.request(PHONE)
        expect(again.text).toContain('name="number"')
        const forgotten = await send(mine.agent, mine.page, { code: mine.code })
        expect([forgotten.status, forgotten.text.includes('That code is no longer good.')]).toEqual([
          400,
          true,
        ])
        const anew = await ask('older', newNumber(), openPhone(mine.agent))
        expect((await send(mine.agent, anew.page, { code: mine.code })).status).toBe(400)
        expect(await methodsOf('older')).toBeUndefined()
        expect((await send(mine.agent, anew.page, { code: anew.code })).status).toBe(303)
      })

      it('of many answers at once one adds the number, and none afterwards', async () => {
        const { agent, page, code } = await ask('once')
        const answers = await times(20, () => send(agent, page, { code }))
        expect(answers.filter(({ location }) => location?.includes('done=phone_added'))).toHaveLength(1)
        expect((await send(agent, page, { code })).status).toBe(400)
        expect(await eventsOf('once', 'mfa.enrolled')).toHaveLength(1)
      })

      it('five wrong answers use a code up, also when they come at once', async () => {
        const { agent, page, code } = await ask('tries')
        const answers = await times(12, () => send(agent, page, { code: wrong(code) }))
        expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 400))
        expect(answers.filter(({ text }) => text.includes('That code didn’t work.'))).toHaveLength(4)
        const late = await send(agent, page, { code })
        expect([late.status, late.text.includes('That code is no longer good.')]).toEqual([400, true])
        expect(await methodsOf('tries')).toBeUndefined()
      })

      it('who knows the password alone adds no number to an account that has a factor, nor takes one', async () => {
        const { agent, page, code, number } = await ask('hijack')
        await withTotp(house(), person('hijack').email)
        for (const answer of [
          await agent.request(PHONE),
          await send(agent, page, { number: newNumber() }),
          await send(agent, page, { code }),
          await send(agent, page, { remove: crypto.randomUUID() }),
        ])
          expectAsked(answer, '2fa')
        expect([await methodsOf('hijack'), provider.texts(number).length]).toEqual([['totp'], 1])
      })

      it('nothing is done by a form of another site, of nobody’s, or of another person’s', async () => {
        const { agent, page, code, number } = await ask('forms')
        const foreign = csrfOf((await atPage('typos')).page)
        for (const answer of [
          await sendForm(agent, PHONE, { code }),
          await sendForm(agent, PHONE, { code, csrf: foreign }),
          await sendForm(agent, PHONE, { code, csrf: csrfOf(page) }, { origin: 'https://evil.example' }),
          await sendForm(agent, PHONE, { number: newNumber() }),
        ])
          expect(answer.status).toBe(403)
        expect([await methodsOf('forms'), provider.texts(number).length]).toEqual([undefined, 1])
        expect((await agent.request(PHONE, { method: 'HEAD' })).status).toBe(200)
        expect((await send(agent, page, { code })).status).toBe(303)
      })
    })

    it('A-463 an old sign-in is asked for anew before anything is shown, sent or changed', async () => {
      const { agent, page, code } = await ask('stale')
      await ageSignIn(house(), agent, 301)
      const before = provider.texts().length
      for (const fields of [{ number: newNumber() }, { code }, { remove: 'x' }])
        expectAsked(await send(agent, page, fields), '1fa')
      expectAsked(await agent.request(PHONE), '1fa')
      expect([provider.texts().length, await methodsOf('stale')]).toEqual([before, undefined])
    })

    it('one that is replaced gets no more codes; the last factor takes the recovery codes along', async () => {
      const { agent, page, number } = await add('replaces')
      await withRecoveryCodes(house(), person('replaces').email)
      const [former = ''] = appsOn(page)
      const other = newNumber()
      await send(agent, page, { number: other })
      // Until the code is there, nothing has changed.
      expect(appsOn(await agent.request(PHONE))).toEqual([former])
      const done = await send(agent, page, { code: newest(other) })
      expect(done.location).toBe(`${house().issuer}${PHONE}?done=phone_replaced`)
      const [id = ''] = appsOn(await agent.request(PHONE))
      expect(id).not.toBe(former)
      for (const unknown of [former, crypto.randomUUID(), 'x', ''])
        expect([unknown, (await send(agent, page, { remove: unknown })).status]).toEqual([unknown, 404])
      const removed = await send(agent, page, { remove: id })
      expect(removed.location).toBe(`${house().issuer}${PHONE}?done=phone_removed`)
      expect(await methodsOf('replaces')).toBeUndefined()
      expect((await agent.request(RECOVERY_CODES)).text).toContain('No recovery codes needed')
      expect(await eventsOf('replaces', 'mfa.enrolled')).toEqual([
        { method: 'sms-code' },
        { method: 'recovery-codes' },
        { method: 'sms-code', replaces: true },
      ])
      expect(await eventsOf('replaces', 'mfa.removed')).toEqual([{ method: 'sms-code', last: true }])
      expect(provider.texts(number)).toHaveLength(1)
      await expect
        .poll(() => subjectsTo('replaces'), SOON)
        .toEqual(expect.arrayContaining(['Your mobile number was changed', 'Your mobile number was removed']))
    })

    describe('A-464 what costs', () => {
      it('is sent three times in ten minutes to one person at the most, whatever the number', async () => {
        const { agent, page } = await atPage('many')
        const sent = []
        for (let n = 0; n < 4; n++) sent.push(await send(agent, page, { number: newNumber() }))
        expect(sent.map(({ status }) => status)).toEqual([303, 303, 303, 429])
        const last = sent.at(-1) as Answer
        expect([limiterOf(last), retryAfter(last) > 60]).toEqual(['prompt', true])
        expect(last.text).toContain('Too many codes were sent.')
        // The one that was sent is still good.
        expect(last.text).toContain('name="code"')
        expect(await eventsOf('many', 'login.codes_suppressed')).toEqual([{ method: 'sms-code' }])
      })

      it('goes to one number five times in an hour, whoever has it; nobody is told whether somebody has', async () => {
        const number = newNumber()
        const answers = []
        for (const name of ['same-1', 'same-2', 'same-3', 'same-4', 'same-5', 'same-6'])
          answers.push((await ask(name, answers.length % 2 === 0 ? number : number.replace('+', '00'))).sent)
        expect(answers.map(({ status }) => status)).toEqual([303, 303, 303, 303, 303, 503])
        expect(provider.texts(number)).toHaveLength(5)
        provider.behave(500)
        const failed = (await ask('fails')).sent
        const told = ({ status, text }: Answer) => [status, text.includes('No code could be sent there.')]
        expect([told(failed), told(answers[5] as Answer)]).toEqual([
          [503, true],
          [503, true],
        ])
      })
    })

    it('A-557 a number that was left in an account of an unproven address goes with the first reset of its owner', async () => {
      const { email } = person('unproven')
      await add('unproven')
      expect(await methodsOf('unproven')).toEqual(['sms-code'])
      await within(house(), ({ askToReset }) => askToReset(email, { actor: 'test' }))
      const password = 'another password 0815'
      expect(
        (await useLink(stranger(), await linkTo(mails, email, '/reset/password'), { password })).status,
      ).toBe(303)
      expect((await login(stranger(), credentials({ email, password }))).status).toBe(200)
    })

    it('OpenID Connect Core §5.4: the scope phone brings the number that was proven, before one that others have said', async () => {
      const { agent, page } = await openAccount(house(), { person: person('tells'), agent: stranger() })
      const claims = async (over: Record<string, string>) => {
        const { tokens } = await signIn(house(), agent, PORTAL, { prompt: 'consent', ...over })
        const { sub: _, ...told } = (await userinfo(agent, tokens.access_token)).json()
        const { phone_number, phone_number_verified } = decodeJwt(tokens.id_token)
        return [told, { phone_number, phone_number_verified }]
      }
      const nothing = { phone_number: undefined, phone_number_verified: undefined }
      const said = { phone_number: '+1 (555) 010-0000', phone_number_verified: false }
      expect(await claims({ scope: 'openid phone' })).toEqual([said, nothing])
      const { number, ...asked } = await ask('tells', newNumber(), openPhone(agent))
      expect(await claims({ scope: 'openid phone' })).toEqual([said, nothing])
      expect((await send(agent, asked.page, { code: asked.code })).status).toBe(303)
      const proven = { phone_number: number, phone_number_verified: true }
      expect(await claims({ scope: 'openid phone' })).toEqual([proven, nothing])
      expect(await claims({ scope: 'openid' })).toEqual([{}, nothing])
      const byName = JSON.stringify({ id_token: { phone_number: null } })
      expect(await claims({ scope: 'openid', claims: byName })).toEqual([
        {},
        { ...nothing, phone_number: number },
      ])
      const [id = ''] = appsOn(await agent.request(PHONE))
      expect((await send(agent, page, { remove: id })).status).toBe(303)
      expect(await claims({ scope: 'openid phone' })).toEqual([said, nothing])
      const metadata = (await agent.request('/.well-known/openid-configuration')).json()
      expect(metadata['scopes_supported']).toContain('phone')
      expect(metadata['claims_supported']).toEqual(
        expect.arrayContaining(['phone_number', 'phone_number_verified']),
      )
    })

    describe('what policy wants', () => {
      const policy = (sign_in: object) => house().apply({ version: 1, policies: { sign_in } })

      it('is not taken away, neither the number nor an app, while nothing else is there', async () => {
        const { agent, page } = await add('needs')
        const [number = ''] = appsOn(page)
        await policy({ level: '2fa' })
        const mayIn = async () => (await login(stranger(), credentials(person('typos')))).status === 200
        await expect.poll(mayIn, SOON).toBe(false)
        const remove = (path: string, id: string) => agent.submit(page, path, { remove: id })
        const kept = await remove(PHONE, number)
        expect([kept.status, kept.text.includes('This has to stay.')]).toEqual([409, true])
        expect(await methodsOf('needs')).toEqual(['sms-code'])
        await withTotp(house(), person('needs').email)
        const [app = ''] = appsOn(await agent.request(AUTHENTICATOR))
        expect((await remove(PHONE, number)).status).toBe(303)
        expect((await remove(AUTHENTICATOR, app)).status).toBe(409)
        expect(await methodsOf('needs')).toEqual(['totp'])
        await policy({})
        await expect.poll(async () => (await remove(AUTHENTICATOR, app)).status, SOON).toBe(303)
      })

      it('A-457 decides whether there is such a page; who has a number can always take it away', async () => {
        const { agent, page } = await add('late')
        const other = await atPage('typos')
        await policy({ methods: ['password', 'totp'] })
        await expect.poll(async () => (await other.agent.request(PHONE)).status, SOON).toBe(404)
        expect((await other.agent.request('/account')).text).not.toContain(PHONE)
        const left = await agent.request(PHONE)
        expect([left.status, left.text.includes('name="number"')]).toEqual([200, false])
        for (const [by, form] of [
          [agent, page],
          [other.agent, other.page],
        ] as const)
          for (const fields of [{ number: newNumber() }, { code: '123456' }])
            expect((await send(by, form, fields)).status).toBe(404)
        const removed = await send(agent, page, { remove: appsOn(left)[0] ?? '' })
        expect(removed.location).toBe(`${house().issuer}/account?done=phone_removed`)
        expect((await agent.request(PHONE)).status).toBe(404)
        await policy({})
        await expect.poll(async () => (await agent.request('/account')).text, SOON).toContain(PHONE)
      })
    })
  },
  { setUp: { ...SET_UP, users }, env: { ...mails.env, ...BEHIND_PROXY, ...provider.env } },
)
