/** A person who looks after their own second factors, at `/account`. */
import { expect } from 'vitest'
import { openAccount } from './account.ts'
import type { Agent, Answer } from './agent.ts'
import { follow, type PERSON } from './flows.ts'
import type { House } from './house.ts'
import { totpCode } from './second-factors.ts'

export const AUTHENTICATOR = '/account/authenticator'
export const RECOVERY_CODES = '/account/recovery-codes'

/** What stands on a page to be typed into an app. */
export const secretOn = ({ text }: Answer): string =>
  (/<code[^>]*data-secret[^>]*>([^<]+)</.exec(text)?.[1] ?? '').replaceAll(' ', '')

export const codesOn = ({ text }: Answer): string[] =>
  [...text.matchAll(/<code[^>]*data-code[^>]*>([^<]+)</g)].map(([, code = '']) => code)

/** What can be done to each app that a page lists. */
export const appsOn = ({ text }: Answer): string[] =>
  [...text.matchAll(/name="remove" value="([^"]+)"/g)].map(([, id = '']) => id)

/** Adds an app by hand, as a person does: its secret, the code that was typed, and the page that follows. */
export async function addApp(
  house: House,
  given: { agent?: Agent; person?: typeof PERSON; name?: string } = {},
) {
  const { name = '', ...who } = given
  const { agent, page } = await openAccount(house, { ...who, path: AUTHENTICATOR })
  const secret = secretOn(page)
  expect(secret).toMatch(/^[A-Z2-7]{32}$/)
  const code = totpCode(secret)
  const sent = await agent.submit(page, AUTHENTICATOR, { code, name })
  expect(sent.status).toBe(303)
  const after = await follow(agent, house.issuer, sent.location ?? '')
  return { agent, secret, code, ...after }
}
