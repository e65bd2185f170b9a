/** A browser application of the operator's own: its page calls `/auth/*` from the issuer's origin. */
import type { Agent, Answer, Request } from './agent.ts'
import { PERSON } from './flows.ts'

export const PAGE = { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' }
const JSON_TYPE = { 'content-type': 'application/json' }
const SCRIPT = { 'x-requested-with': 'fetch' }

export const login = (agent: Agent, body: unknown = credentials(PERSON), over: Request = {}) =>
  agent.request('/auth/login', {
    method: 'POST',
    body: JSON.stringify(body),
    ...over,
    headers: { ...PAGE, ...JSON_TYPE, ...over.headers },
  })

export const credentials = ({ email, password }: typeof PERSON) => ({ username: email, password })

/** With the agent's own cookie, or with another one in its place. */
export const refreshBy = (agent: Agent, token?: string, over: Request = {}) =>
  agent.request('/auth/refresh', {
    method: 'POST',
    ...over,
    headers: {
      ...PAGE,
      ...SCRIPT,
      ...(token === undefined ? {} : { cookie: `refresh_token=${token}` }),
      ...over.headers,
    },
  })

export const logout = (agent: Agent, accessToken: string, query = '') =>
  agent.request(`/auth/logout${query}`, {
    method: 'POST',
    headers: { ...PAGE, authorization: `Bearer ${accessToken}` },
  })

/** What a refresh cookie that the answer sets says; undefined where it sets none. */
export function refreshCookie(answer: Answer): { value: string; attributes: string[] } | undefined {
  const [line] = answer.headers.getSetCookie().filter((cookie) => cookie.startsWith('refresh_token='))
  const [pair = '', ...attributes] = line?.split('; ') ?? []
  return line === undefined ? undefined : { value: pair.slice('refresh_token='.length), attributes }
}

export const tokenOf = (answer: Answer): string => refreshCookie(answer)?.value ?? ''

export const codeOf = ({ status, headers, json }: Answer): [number, unknown] => [
  status,
  headers.get('content-type')?.startsWith('application/problem+json') ? json()['code'] : undefined,
]
