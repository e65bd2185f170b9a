/** What operators do about second factors that somebody has lost. */

import { afterAll, expect, it } from 'vitest'
import { mayOpen, openAccount } from '../support/account.ts'
import { credentials, login } from '../support/first-party.ts'
import { agentOf, PORTAL, refresh, SET_UP, signIn } from '../support/flows.ts'
import { startMailServer } from '../support/mail-server.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { withRecoveryCodes, withTotp } from '../support/second-factors.ts'
import { trailOf } from '../support/trail.ts'
import { commandWithin } from '../support/within.ts'
import { withoutFaults } from './answers.ts'
import { SOON } from './probes.ts'

const mails = await startMailServer()
afterAll(() => mails.close())

const LOST = { email: 'lost@example.com', password: 'the password of lost 1' }
type Person = typeof LOST

onBothStorages(
  (house) => {
    withoutFaults(house)
    const asked = async (person: Person) => {
      const agent = agentOf(house())
      return { agent, answer: await login(agent, credentials(person)) }
    }
    const mailsTo = ({ email }: Person) =>
      mails.received.filter(({ to }) => [to].flat()[0]?.text === email).map(({ subject }) => subject)

    it('user reset-mfa takes all away, ends what was signed in to, and tells the person', async () => {
      const { agent } = await openAccount(house(), { person: LOST })
      const { tokens } = await signIn(house(), agent, PORTAL, undefined, LOST)
      await withTotp(house(), LOST.email)
      const [code = ''] = await withRecoveryCodes(house(), LOST.email)
      const { stderr } = await commandWithin(house(), ['user', 'reset-mfa', LOST.email.toUpperCase()])
      expect(stderr).toContain('Taken away: authenticator apps, recovery codes.')
      for (const { url } of house().nodes) {
        await expect.poll(() => mayOpen(agent, '/account', url), SOON).toBe(false)
        expect((await refresh(agentOf(house()), PORTAL, tokens.refresh_token, url)).status).toBe(400)
      }
      expect((await asked(LOST)).answer.status).toBe(200)
      expect(stderr).not.toContain(code)
      const again = await commandWithin(house(), ['user', 'reset-mfa', LOST.email])
      expect(again.stderr).toContain('Nothing was changed.')
      const told = (await trailOf(house())).filter(({ personal }) => personal.name === LOST.email)
      const reset = told.filter(({ event }) => event.type === 'mfa.reset')
      expect(reset.map(({ event }) => [event['actor'], event.details])).toEqual([
        ['command', { methods: ['totp', 'recovery-codes'] }],
      ])
      expect(told.map(({ event }) => event.type)).toContain('user.tokens_revoked')
      await expect.poll(() => mailsTo(LOST), SOON).toContain('Your second step was taken away')
      await expect(commandWithin(house(), ['user', 'reset-mfa', 'nobody@example.com'])).rejects.toThrow(
        'Nobody',
      )
    })
  },
  { setUp: { ...SET_UP, users: [...SET_UP.users, { ...LOST, email_verified: true }] }, env: mails.env },
)
