/** People with a second factor, enrolled by the house's own use cases, and what their apps would show. */
import { generateSync } from 'otplib'
import { makeRecoveryCodes } from '../../src/methods/recovery-codes/make.ts'
import { enrolNumber } from '../../src/methods/sms-code/enrol.ts'
import { enrolTotp } from '../../src/methods/totp/enrol.ts'
import { newTotpSecret } from '../../src/methods/totp/secret.ts'
import type { Agent, Answer } from './agent.ts'
import { PAGE } from './first-party.ts'
import type { House } from './house.ts'
import { within } from './within.ts'

const MINUTE = 60_000

/** The code that an app shows now, or so many steps of half a minute later. */
export const totpCode = (secret: string, later = 0): string =>
  generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + 30 * later })

/** The app's secret. Its codes of now, of the step before and of the one after have not been used. */
export const withTotp = (house: House, email: string): Promise<string> =>
  within(house, async (core) => {
    const account = await core.accounts.users.findByEmailKey(email)
    if (account === undefined) throw new Error(`no account ${email}`)
    const secret = newTotpSecret()
    // Enrolled a while ago: the code that proved it is spent.
    const clock = { now: () => Date.now() - 10 * MINUTE }
    const code = generateSync({ secret, epoch: Math.floor(clock.now() / 1000) })
    if (!(await enrolTotp({ ...core, clock })(account, { secret, code }, {})).ok)
      throw new Error('the app was not enrolled')
    return secret
  })

export const withRecoveryCodes = (house: House, email: string): Promise<string[]> =>
  within(house, async (core) => {
    const account = await core.accounts.users.findByEmailKey(email)
    const codes = account && (await makeRecoveryCodes(core)(account, {}))
    if (codes === undefined) throw new Error(`no account ${email}`)
    return codes
  })

/** What a page of the operator's own sends after it was asked for more. */
export const answerMfa = (agent: Agent, body: object): Promise<Answer> =>
  agent.request('/auth/mfa', {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { ...PAGE, 'content-type': 'application/json' },
  })

/** `number`: E.164. */
export const withPhone = (house: House, email: string, number: string): Promise<void> =>
  within(house, async (core) => {
    const account = await core.accounts.users.findByEmailKey(email)
    if (account === undefined || !(await enrolNumber(core)(account, number, {})))
      throw new Error(`no account ${email}`)
  })
