/** Codes of a second factor under attack: guessed at, used twice, used for somebody else. */
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Agent } from '../support/agent.ts'
import { credentials, login } from '../support/first-party.ts'
import { agentOf, follow, OWN, SET_UP } from '../support/flows.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { answerMfa, totpCode, withRecoveryCodes, withTotp } from '../support/second-factors.ts'
import { trailOf } from '../support/trail.ts'
import { withoutFaults } from './answers.ts'
import { atPage } from './browsers.ts'
import { limiterOf, times } from './guessing.ts'

/** People of one test each. */
const NAMES = [
  ...['guessed', 'left-alone', 'replayed', 'alice', 'bertha'],
  ...['typed', 'mistyped', 'half-typed', 'late'],
] as const
const person = (name: string) => ({ email: `${name}@example.com`, password: `the password of ${name} 1` })
const users = NAMES.map((name) => ({ ...person(name), email_verified: true }))

const EACH = 5
const IN_ALL = 10
/** After so many failures the next one has to wait eight seconds. */
const LONG_WAIT = 8

onBothStorages(
  (house) => {
    withoutFaults(house)
    /** A sign-in that has come as far as the second factor, by API. */
    const begun = async (name: string, node = 0) => {
      const agent = agentOf(house(), node)
      const asked = (await login(agent, credentials(person(name)))).json()
      expect(asked['code']).toBe('mfa_required')
      return { agent, token: asked['mfa_token'] }
    }
    const answer = ({ agent, token }: { agent: Agent; token: unknown }, code: unknown, method = 'totp') =>
      answerMfa(agent, { mfa_token: token, method, code })
    /** A sign-in that has come as far as the second factor, by page. */
    const atCode = async (name: string) => {
      const agent = agentOf(house())
      const opened = await atPage(house(), agent, OWN)
      const { email: username, password } = person(name)
      const sent = await agent.submit(opened.page, opened.at, { username, password })
      return { agent, ...(await follow(agent, house().issuer, sent.location ?? '')) }
    }

    it('A-454 guessing stops at five a sign-in and ten an account, however it is begun anew', async () => {
      const secret = await withTotp(house(), person('guessed').email)
      const own = await withTotp(house(), person('left-alone').email)
      // Begun before anything is guessed: passwords are another door.
      const last = house().nodes.length - 1
      const [first, second, third, fourth] = [
        await begun('guessed'),
        await begun('guessed', last),
        await begun('guessed'),
        await begun('guessed', last),
      ]
      const page = await atCode('guessed')
      // Not by chance one that is right, now or in a while.
      const good = new Set([-2, -1, 0, 1, 2, 3].map((later) => totpCode(secret, later)))
      const wrong = Array.from({ length: 60 }, (_, n) => String(100_000 + n * 7919).padStart(6, '0')).filter(
        (code) => !good.has(code),
      )
      const guessesOf = async (who: typeof first, count: number) => {
        const answers = await times(count, (n) => answer(who, wrong[n]))
        const verdicts = answers.map(({ status }) => status)
        expect(new Set(verdicts).difference(new Set([401, 429]))).toEqual(new Set())
        return verdicts.filter((status) => status === 401).length
      }
      expect(await guessesOf(first, 50)).toBe(EACH)
      const more = (await guessesOf(second, 20)) + (await guessesOf(third, 20))
      expect(EACH + more).toBeLessThanOrEqual(IN_ALL)
      // Whoever waits as long as they are told goes on; each wait is twice as long as the one before.
      let all = EACH + more
      while (all < LONG_WAIT) {
        const { status, headers } = await answer(fourth, wrong[all])
        if (status === 401) all += 1
        else await delay(Number(headers.get('retry-after')) * 1000)
      }
      // The right one is refused too, at every door: nothing is learned by trying on.
      const refused = await answer(fourth, totpCode(secret))
      expect([refused.status, limiterOf(refused)]).toEqual([429, 'second_factor'])
      const shown = await page.agent.submit(page.page, page.at, { code: totpCode(secret) })
      expect([shown.status, limiterOf(shown)]).toEqual([429, 'second_factor'])
      const failed = (await trailOf(house())).filter(({ event }) => event.type === 'mfa.failed')
      expect(failed.filter(({ personal }) => personal.name === person('guessed').email)).toHaveLength(all)
      expect((await answer(await begun('left-alone'), totpCode(own))).status).toBe(200)
    })

    it('A-453 of one code in many sign-ins at once, on whatever node, one is right; and none before it is', async () => {
      const secret = await withTotp(house(), person('replayed').email)
      const places = await times(5, (n) => begun('replayed', n % house().nodes.length))
      const code = totpCode(secret)
      const [place] = places
      if (place === undefined) throw new Error('nobody')
      const answers = await times(50, (n) => answer(places[n % places.length] ?? place, code))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      const { status } = await answer(await begun('replayed'), totpCode(secret, -1))
      expect(status).not.toBe(200)
    })

    it('A-453 what is typed is read by one rule, and a code is good for a minute and a half', async () => {
      const refusedAll = async (name: string, codesOf: (secret: string) => unknown[]) => {
        const secret = await withTotp(house(), person(name).email)
        const place = await begun(name)
        for (const code of codesOf(secret)) {
          const refused = await answer(place, code)
          expect([name, code, refused.status, refused.json()['code']]).toEqual([
            name,
            code,
            401,
            'invalid_code',
          ])
        }
      }
      await refusedAll('mistyped', (secret) => ['000000', `${totpCode(secret)}0`, `+${totpCode(secret)}`, ''])
      await refusedAll('half-typed', (secret) => [
        totpCode(secret).slice(1),
        [totpCode(secret)],
        { code: totpCode(secret) },
        Number(totpCode(secret)) + 0.5,
      ])
      await refusedAll('late', (secret) => [-4, -3, 3, 4].map((later) => totpCode(secret, later)))
      const secret = await withTotp(house(), person('typed').email)
      const code = totpCode(secret, -1)
      const arabic = code.replace(/\d/g, (digit) => String.fromCodePoint(0x660 + Number(digit)))
      const typed = ` ${arabic.slice(0, 3)} ${arabic.slice(3)} `
      expect((await answer(await begun('typed'), typed)).status).toBe(200)
      expect((await answer(await begun('typed'), totpCode(secret))).status).toBe(200)
    })

    it('A-456 what is one person’s is no good in another’s sign-in, and the trail says whose it was', async () => {
      const secrets = {
        alice: await withTotp(house(), person('alice').email),
        bertha: await withTotp(house(), person('bertha').email),
      }
      const [recovery = ''] = await withRecoveryCodes(house(), person('alice').email)
      await withRecoveryCodes(house(), person('bertha').email)
      const hers = await begun('bertha')
      for (const [code, method] of [
        [totpCode(secrets.alice), 'totp'],
        [recovery, 'recovery-codes'],
      ] as const) {
        const refused = await answer(hers, code, method)
        expect([refused.status, refused.json()['code']]).toEqual([401, 'invalid_code'])
      }
      const failed = (await trailOf(house())).filter(({ event }) => event.type === 'mfa.failed')
      const mine = failed.filter(({ personal }) => personal.name === person('bertha').email)
      expect(mine.map(({ event }) => event.details?.['method'])).toEqual(['totp', 'recovery-codes'])
      expect(failed.some(({ personal }) => personal.name === person('alice').email)).toBe(false)
      // Nothing of hers was used up.
      const place = await begun('alice')
      expect((await answer(place, recovery, 'recovery-codes')).status).toBe(200)
    })
  },
  { setUp: { ...SET_UP, users: [...SET_UP.users, ...users] } },
)
