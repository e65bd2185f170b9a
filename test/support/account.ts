/** A person at the pages of their account. */
import { expect } from 'vitest'
import { createHandles } from '../../src/provider/handles.ts'
import { type Agent, type Answer, hiddenFields } from './agent.ts'
import { agentOf, follow, PERSON } from './flows.ts'
import type { House } from './house.ts'
import { withinState } from './within.ts'

/** By the way that a browser goes: to the page, by the sign-in if one is asked for, and back. */
export async function openAccount(
  house: House,
  { agent = agentOf(house), path = '/account', person = PERSON } = {},
): Promise<{ agent: Agent; at: string; page: Answer }> {
  let { at, page } = await follow(agent, house.issuer, path)
  if (page.text.includes('name="username"') && at.includes('/interaction/')) {
    const sent = await agent.submit(page, at, { username: person.email, password: person.password })
    if (sent.location === undefined) throw new Error(`the sign-in answered ${sent.status}: ${sent.text}`)
    ;({ at, page } = await follow(agent, house.issuer, sent.location))
  }
  expect(page.status).toBe(200)
  return { agent, at, page }
}

/** A form of an account page as another browser, site or time would send it: with these fields, and headers of ours. */
export const sendForm = (
  agent: Agent,
  path: string,
  form: Record<string, string>,
  headers: Record<string, string> = { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' },
): Promise<Answer> => agent.request(path, { form, headers })

export const csrfOf = (page: Answer): string => hiddenFields(page.text)['csrf'] ?? ''

/** Whether a page of the account is shown, or a sign-in asked for. */
export async function mayOpen(agent: Agent, path = '/account', node?: string): Promise<boolean> {
  const { status, location = '' } = await agent.request(path, node === undefined ? {} : { node })
  if (status === 200) return true
  expect([status, new URL(location).pathname]).toEqual([303, '/oauth2/authorize'])
  return false
}

/** The last proof of who somebody is, in this browser, was so many seconds earlier than it was. */
export const ageSignIn = (house: House, agent: Agent, seconds: number): Promise<void> =>
  withinState(house, async (core, { artifacts }) => {
    const value = agent.cookies.find(({ name }) => name === 'gh_session')?.value ?? ''
    const key = createHandles(core.keys).inUse().key('Session', value)
    const found = await artifacts.get('Session', key)
    const loginTs = Number(found?.payload['loginTs']) - seconds
    const older = { payload: { ...found?.payload, loginTs }, expiresIn: found?.expiresIn ?? 0 }
    expect(await artifacts.replace('Session', key, older)).toBe('replaced')
  })

/** A page asks who somebody is, and how much of it has to be proven. */
export function expectAsked(answer: Answer, level: '1fa' | '2fa'): void {
  const to = new URL(answer.location ?? 'about:blank')
  expect([answer.status, to.pathname, to.searchParams.get('acr_values')]).toEqual([
    303,
    '/oauth2/authorize',
    `urn:gatehouse:acr:${level}`,
  ])
}
