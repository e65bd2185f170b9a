/** What a refusal looks like from outside: the signs that every test against the server's doors reads alike. */
import { afterAll, expect } from 'vitest'
import type { Answer } from '../support/agent.ts'
import type { AuthorizationRequest, RelyingParty } from '../support/flows.ts'
import type { House } from '../support/house.ts'

/** The code that an error page shows, for support and developers. */
export const codeOn = (page: Answer): string | undefined =>
  /<code dir="ltr">([^<]*)<\/code><span class="badge">/.exec(page.text)?.[1]

/** Our own error page, and no way on from it. */
export function expectPage(answer: Answer, status: number, ...codes: string[]): void {
  expect({ status: answer.status, location: answer.location }).toEqual({ status, location: undefined })
  expect(codes).toContain(codeOn(answer))
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(answer.text).not.toMatch(/oidc-provider|node_modules|koa|\bat \w+ \(/i)
}

/** A redirect to the client's registered address, by an error of the protocol: RFC 6749 §4.1.2.1, RFC 9207. */
export function expectCallback(
  answer: Answer,
  rp: RelyingParty,
  request: AuthorizationRequest,
  error: string | RegExp,
): URLSearchParams {
  const location = new URL(answer.location ?? 'about:blank')
  expect(answer.status).toBe(303)
  expect(location.href.split(/[?#]/)[0]).toBe(rp.redirectUri)
  const said = location.hash === '' ? location.searchParams : new URLSearchParams(location.hash.slice(1))
  expect(said.get('error')).toMatch(typeof error === 'string' ? new RegExp(`^${error}$`) : error)
  expect(said.get('state')).toBe(request.state)
  expect(said.get('iss')).toBe('http://localhost:3000')
  for (const name of ['code', 'access_token', 'id_token']) expect(said.has(name)).toBe(false)
  return said
}

/** The OAuth error object of RFC 6749 §5.2. */
export function expectJson(answer: Answer, status: number, error: string): void {
  expect({ status: answer.status, error: answer.json()['error'] }).toEqual({ status, error })
  expect(answer.headers.get('cache-control')).toBe('no-store')
}

/** Whatever these tests did, nothing broke inside: no fault in the log, and every line of it is one of ours. */
export function withoutFaults(house: () => House): void {
  afterAll(() => {
    const lines = house()
      .nodes.flatMap((node) => node.lines)
      .filter((line) => !line.startsWith('warning: '))
    const isOurs = (line: string): boolean => /^\{"level":"(?:trace|debug|info|warn)",/.test(line)
    expect(lines.filter((line) => !isOurs(line))).toEqual([])
  })
}
