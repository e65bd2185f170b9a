/** What people, and those who attack them, do in a browser before anything is at stake. */
import { expect } from 'vitest'
import { type Agent, type Answer, hiddenFields } from '../support/agent.ts'
import {
  type AuthorizationRequest,
  agentOf,
  authorizationRequest,
  authorize,
  follow,
  OWN,
  PERSON,
  PORTAL,
} from '../support/flows.ts'
import type { House } from '../support/house.ts'

export const GRACE = { email: 'grace@example.com', password: 'nanosecond wire 1906' }
/** The sign-in form, filled in. */
export const ADA = { username: PERSON.email, password: PERSON.password }
/** What a browser says of a form of our own. */
export const OURS = { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' }

/** Somebody has signed in, by way of a client that asks for no consent. */
export async function signedIn(house: House, person?: typeof GRACE): Promise<Agent> {
  const agent = agentOf(house)
  await authorize(house, agent, authorizationRequest(OWN), person)
  return agent
}

export async function isSignedIn(agent: Agent): Promise<boolean> {
  const { location = '' } = await agent.request(authorizationRequest(OWN, { prompt: 'none' }).url)
  return new URL(location).searchParams.has('code')
}

/** Waiting at the first page that a request leads to. */
export async function atPage(
  house: House,
  agent: Agent,
  rp = PORTAL,
  over: Record<string, string> = {},
): Promise<{ request: AuthorizationRequest; at: string; page: Answer }> {
  const request = authorizationRequest(rp, over)
  return { request, ...(await follow(agent, house.issuer, request.url)) }
}

/** Signed in, and waiting at the question of what the client may do. */
export async function atConsent(house: House, rp = PORTAL) {
  const agent = await signedIn(house)
  return { agent, ...(await atPage(house, agent, rp, { prompt: 'consent' })) }
}

/** Where a form that was taken leads in the end: to the client, or undefined when a page of ours is in the way. */
export async function callbackAfter(house: House, agent: Agent, sent: Answer): Promise<URL | undefined> {
  const { page } = await follow(agent, house.issuer, sent.location ?? '')
  return page.location === undefined ? undefined : new URL(page.location)
}

export const codeAfter = async (house: House, agent: Agent, sent: Answer): Promise<string | null> =>
  (await callbackAfter(house, agent, sent))?.searchParams.get('code') ?? null

/** A new browser's sign-in form, filled in and sent as it is, doubled and unknown fields included. */
export async function tryToSignIn(house: House, fields: Record<string, string> | [string, string][]) {
  const agent = agentOf(house)
  const opened = await atPage(house, agent, OWN)
  const form = new URLSearchParams(fields)
  form.set('csrf', hiddenFields(opened.page.text)['csrf'] ?? '')
  const sent = await agent.request(opened.at, { form: [...form], headers: OURS })
  return { agent, sent, ...opened }
}

/** The one answer to everybody who can not sign in. */
export function expectWrongPassword(sent: Answer): void {
  expect([sent.status, sent.location]).toEqual([400, undefined])
  expect(sent.text).toContain('The email address and password don’t match.')
  expect(sent.headers.getSetCookie()).toEqual([])
}

/** A sign-in page without what differs by what was typed, and by the form. */
export const faceOf = ({ text }: Answer, username: string): string =>
  text
    .replaceAll(/value="[\w-]{86}"/g, 'value="CSRF"')
    .replaceAll(/uid=[\w-]+/g, 'uid=UID')
    .replace(/(class="face"[^>]*>)[^<]*/, '$1')
    .replaceAll(username, 'NAME')
