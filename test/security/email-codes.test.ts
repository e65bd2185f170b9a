/** Codes by mail as a way in: what asking tells, whose a code is, how often it may be tried, what it is worth. */
import { decodeJwt } from 'jose'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { exchange, follow, OWN, SET_UP } from '../support/flows.ts'
import { startMailServer } from '../support/mail-server.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { withTotp } from '../support/second-factors.ts'
import { trailOf } from '../support/trail.ts'
import { within } from '../support/within.ts'
import { withoutFaults } from './answers.ts'
import { callbackAfter, faceOf, isSignedIn } from './browsers.ts'
import { askForCode, codesTo, codeTo, named, wrong } from './codes.ts'
import { BEHIND_PROXY, browserAt, limiterOf, times } from './guessing.ts'
import { SOON } from './probes.ts'

const mails = await startMailServer()
afterAll(() => mails.close())

const addressOf = (name: string) => `${name}@example.com`
const passwordOf = (name: string) => `a password of ${name}`
const person = (name: string, more: object = {}) => ({
  ...{ email: addressOf(name), email_verified: true, password: passwordOf(name) },
  ...more,
})
const setUp = {
  ...SET_UP,
  users: [
    ...['ada', 'bob', 'cy', 'dee', 'eve', 'fay', 'gil', 'hal', 'ida', 'jo'].map((name) => person(name)),
    person('unproven', { email_verified: false }),
    person('away', { disabled: true }),
  ],
}

onBothStorages(
  (house) => {
    withoutFaults(house)
    beforeEach(() => {
      mails.received.length = 0
    })
    let addresses = 0
    /** Somebody whom no limiter knows, nor anybody near them. */
    const stranger = () => browserAt(house(), `198.18.${++addresses}.1`, addresses % house().nodes.length)
    const waiting = async (name: string, over: Record<string, string> = {}) =>
      askForCode(house(), await named(house(), stranger(), addressOf(name), over))
    const isIn = async ({ agent }: { agent: ReturnType<typeof stranger> }) => isSignedIn(agent)
    type Waiting = Awaited<ReturnType<typeof waiting>>
    const answer = ({ agent, page, at }: Waiting, code: string) => agent.submit(page, at, { code })
    const sentTo = async (name: string) => {
      const at = await waiting(name)
      return { at, code: await codeTo(mails, addressOf(name)) }
    }

    it('A-458 signs in whose mailbox it is, typed as people type, and is worth one factor', async () => {
      const { at, code } = await sentTo('ada')
      const sent = await answer(at, ` ${code.slice(0, 3)}-${code.slice(3)} `)
      const back = await callbackAfter(house(), at.agent, sent)
      const tokens = await exchange(at.agent, OWN, back?.searchParams.get('code') ?? '', at.request.verifier)
      expect(decodeJwt(String(tokens.json()['id_token']))).toMatchObject({
        acr: 'urn:gatehouse:acr:1fa',
        amr: ['email'],
      })
      const needs = { claims: '{"id_token":{"acr":{"essential":true,"value":"urn:gatehouse:acr:2fa"}}}' }
      const again = await named(house(), stranger(), addressOf('bob'), needs)
      const asked = await askForCode(house(), again)
      const unmet = await answer(asked, await codeTo(mails, addressOf('bob')))
      const { page } = await follow(asked.agent, house().issuer, unmet.location ?? '')
      // An app beside a mailbox is one factor too: a passkey alone is two.
      expect([page.status, page.text.includes('Set up a second step')]).toEqual([200, true])
      expect([page.text.includes('data-new-passkey'), page.text.includes('data-secret')]).toEqual([
        true,
        false,
      ])
    })

    it('A-402 asking tells nothing of a name, nor does a wrong code, nor who has more than a mailbox', async () => {
      await withTotp(house(), addressOf('cy'))
      const names = ['dee', 'nobody', 'unproven', 'away', 'cy']
      const all = await Promise.all(names.map((name) => waiting(name)))
      const faces = (answers: { text: string }[]) =>
        new Set(
          answers.map((one, i) =>
            faceOf(one as Waiting['page'], addressOf(names[i] ?? '')).replace(/data-wait="\d+"/, ''),
          ),
        )
      expect(faces(all.map(({ page }) => page)).size).toBe(1)
      expect(all[0]?.page.text).toContain('If that address has an account, a code is on its way.')
      expect(all[0]?.page.text).not.toContain('…@')
      const refused = await Promise.all(all.map((one) => answer(one, '000000')))
      expect([faces(refused).size, new Set(refused.map(({ status }) => status))]).toEqual([1, new Set([400])])
      await codeTo(mails, addressOf('dee'))
      const trail = (await trailOf(house())).map(({ event }) => event)
      expect(
        trail.filter(({ type, details }) => type === 'login.code_asked' && details?.['sent']).length,
      ).toBeGreaterThan(0)
      for (const name of names.slice(1)) expect(codesTo(mails, addressOf(name))).toEqual([])
    })

    it('A-402 A-464 no more than three go to one person in ten minutes, as many are taken for a name that nobody has', async () => {
      const tries = async (name: string) => {
        for (let n = 0; ; n++) {
          const { sent } = await waiting(name)
          if (sent.status === 303) continue
          expect([sent.status, limiterOf(sent)]).toEqual([429, 'prompt'])
          expect(sent.text).toContain('role="alert"')
          return { n, face: faceOf(sent, addressOf(name)).replace(/\d+ minutes?/, 'SOME') }
        }
      }
      const [known, unknown] = await Promise.all([tries('eve'), tries('nobody-else')])
      expect([known.n, unknown.n]).toEqual([3, 3])
      expect(known.face).toBe(unknown.face)
      expect(codesTo(mails, addressOf('eve')).length).toBeLessThanOrEqual(3)
      // The person is told.
      await expect
        .poll(() => mails.received.filter(({ subject }) => subject === 'Many sign-in codes were asked for'), {
          ...SOON,
        })
        .toHaveLength(1)
    })

    describe('a code', () => {
      it('A-456 is good in the sign-in that it was sent for, for its person alone', async () => {
        const { at: hers, code } = await sentTo('fay')
        const others = [await waiting('gil'), await waiting('fay')]
        for (const other of others) {
          expect((await answer(other, code)).status).toBe(400)
          expect(await isIn(other)).toBe(false)
        }
        // Whoever names somebody else half way has nothing in their hand.
        const { agent, at, page } = hers
        const restarted = await agent.submit(page, at, { action: 'restart' })
        const first = await follow(agent, house().issuer, restarted.location ?? '')
        await agent.submit(first.page, first.at, { username: addressOf('gil') })
        const sent = await agent.submit(first.page, first.at, { method: 'email-code', code })
        expect([sent.status, await isIn(hers)]).toEqual([400, false])
      })

      it('A-466 is the newest, and dead once the address is another', async () => {
        const { at: first, code } = await sentTo('jo')
        const back = await first.agent.submit(first.page, first.at, { action: 'restart' })
        const { at, page } = await follow(first.agent, house().issuer, back.location ?? '')
        const name = await first.agent.submit(page, at, { username: addressOf('jo') })
        const again = await follow(first.agent, house().issuer, name.location ?? '')
        const second = await askForCode(house(), { ...first, ...again })
        const newest = await codeTo(mails, addressOf('jo'), 2)
        expect((await answer(second, code)).status).toBe(newest === code ? 303 : 400)
        // The same address for a look-up, and another for whoever sends mail.
        const other = `update users set email = 'Jo@example.com' where email_key = $1`
        await within(house(), ({ database }) => database.pool.query(other, [addressOf('jo')]))
        expect([(await answer(second, newest)).status, await isIn(second)]).toEqual([400, false])
      })

      it('A-454 A-466 is dead after five wrong ones', async () => {
        const { at, code } = await sentTo('hal')
        for (let n = 0; n < 5; n++) expect((await answer(at, wrong(code))).status).toBe(400)
        const late = await answer(at, code)
        expect([late.status, late.text.includes('name="code"'), await isIn(at)]).toEqual([400, false, false])
        expect(late.text).toContain('Send me a code')
      })

      it('A-466 sent in fifty times at once opens one session', async () => {
        const { at, code } = await sentTo('ida')
        const answers = await times(50, () => answer(at, code))
        const taken = answers.filter(({ status }) => status === 303)
        expect(taken).toHaveLength(1)
        for (const one of taken) await callbackAfter(house(), at.agent, one)
        expect(await isIn(at)).toBe(true)
      })
    })

    it('A-457 no way is taken that is not offered, before a proof or after it', async () => {
      const agent = stranger()
      const at = await named(house(), agent, addressOf('cy'))
      for (const method of ['sms-code', 'totp', 'recovery-codes', 'nothing', ''])
        expect((await agent.submit(at.page, at.at, { method, code: '123456' })).status).toBe(400)
      const sent = await agent.submit(at.page, at.at, {
        username: addressOf('cy'),
        password: passwordOf('cy'),
      })
      const second = await follow(agent, house().issuer, sent.location ?? '')
      for (const fields of [{ method: 'email-code' }, { method: 'email-code', code: '123456' }]) {
        const refused = await agent.submit(second.page, second.at, fields)
        expect([refused.status, refused.text.includes('That way can’t be used here.')]).toEqual([400, true])
      }
      expect([codesTo(mails, addressOf('cy')), await isSignedIn(agent)]).toEqual([[], false])
    })
  },
  { setUp, env: { ...BEHIND_PROXY, ...mails.env } },
)
