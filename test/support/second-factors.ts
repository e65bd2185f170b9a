/** People with a second factor, enrolled by the house's own use cases, and what their apps would show. */
import { sql } from 'kysely'
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
const SECOND = 1_000

/** Seconds: what apps have, and the longest that an account may have. */
const [USUAL, LONGEST] = [30, 120]

/** Which step is "now" for the codes of a secret, however long its test takes: whole minutes are left on both sides. */
const nowOf = new Map<string, number>()

/**
 * The code that an app shows now, or so many steps later. Of a secret from `withTotp` it is the same each time that it
 * is asked for; of another one it may be the next one a moment later.
 */
export function totpCode(secret: string, later = 0): string {
  const step = nowOf.get(secret)
  return step === undefined
    ? generateSync({ secret, epoch: Math.floor(Date.now() / SECOND) + USUAL * later })
    : generateSync({ secret, period: LONGEST, epoch: (step + later) * LONGEST })
}

/**
 * The secret of an app whose steps last two minutes. Its codes of "now" and of the step before are good for a minute at
 * least, the one of the step after within a minute; none of them has been used.
 */
export const withTotp = (house: House, email: string): Promise<string> =>
  within(house, async (core) => {
    const account = await core.accounts.users.findByEmailKey(email)
    if (account === undefined) throw new Error(`no account ${email}`)
    const secret = newTotpSecret()
    const now = Date.now()
    const clock = { now: () => now - 10 * MINUTE }
    const epoch = Math.floor(clock.now() / SECOND)
    const code = generateSync({ secret, epoch })
    if (!(await enrolTotp({ ...core, clock })(account, { secret, code }, {})).ok)
      throw new Error('the app was not enrolled')
    const usual = JSON.stringify({ period: USUAL, step: Math.floor(epoch / USUAL) })
    const step = Math.round(now / SECOND / LONGEST)
    const slow = JSON.stringify({ period: LONGEST, step: step - 2 })
    await sql`update credentials set data = data || ${slow}::jsonb
      where user_id = ${account.id} and data @> ${usual}::jsonb`.execute(core.database.db)
    nowOf.set(secret, step)
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
