/** Remembers every secret that passes between an agent and the house, so that a test can look where none may be. */
import type { Agent, Answer, Request } from '../support/agent.ts'
import { hiddenFields } from '../support/agent.ts'

export type SecretKind =
  | 'password'
  | 'client secret'
  | 'connector secret'
  | 'client assertion'
  | 'verifier'
  | 'code'
  | 'access token'
  | 'refresh token'
  | 'id token'
  | 'cookie'
  | 'interaction id'
  | 'request uri'
  | 'form proof'
  | 'link'

export interface Recorder {
  agent: Agent
  /** Secret to its kind. */
  secrets: Map<string, SecretKind>
}

const NAMES: Readonly<Record<string, SecretKind>> = {
  password: 'password',
  client_secret: 'client secret',
  client_assertion: 'client assertion',
  code_verifier: 'verifier',
  code: 'code',
  access_token: 'access token',
  refresh_token: 'refresh token',
  id_token: 'id token',
  id_token_hint: 'id token',
  request_uri: 'request uri',
  csrf: 'form proof',
  xsrf: 'form proof',
}

export function record(agent: Agent, secrets: Recorder['secrets'] = new Map()): Recorder {
  const note = (kind: SecretKind, value: string): void => {
    if (value.length >= 8) secrets.set(value, kind)
  }
  const noteAll = (pairs: Iterable<readonly [string, unknown]>): void => {
    for (const [name, value] of pairs) {
      const kind = NAMES[name]
      if (kind !== undefined && typeof value === 'string') note(kind, value.replace(/^urn:.*:/, ''))
    }
  }
  const noteAddress = (target: string): void => {
    const url = new URL(target, 'http://localhost')
    noteAll(url.searchParams)
    const id = /^\/(?:interaction|oauth2\/authorize)\/([\w-]{20,})$/.exec(url.pathname)?.[1]
    if (id !== undefined) note('interaction id', id)
    if (url.pathname === '/set-password') note('link', url.searchParams.get('token') ?? '')
  }
  const noteSent = ({ form = {}, headers = {} }: Request): void => {
    noteAll(Array.isArray(form) ? form : Object.entries(form))
    const [scheme, credentials = ''] = (headers['authorization'] ?? '').split(' ')
    if (scheme === 'Bearer') note('access token', credentials)
    if (scheme === 'Basic') {
      const secret = Buffer.from(credentials, 'base64').toString().split(':')[1] ?? ''
      note('client secret', decodeURIComponent(secret))
    }
  }
  const noteReceived = (answer: Answer): void => {
    for (const line of answer.headers.getSetCookie()) {
      note('cookie', line.slice(line.indexOf('=') + 1).split(';')[0] ?? '')
    }
    if (answer.location !== undefined) noteAddress(answer.location)
    noteAll(Object.entries(hiddenFields(answer.text)))
    if (answer.headers.get('content-type')?.startsWith('application/json') && answer.text !== '') {
      noteAll(Object.entries(answer.json()))
    }
  }
  const request: Agent['request'] = async (target, sent = {}) => {
    noteAddress(target)
    noteSent(sent)
    const answer = await agent.request(target, sent)
    noteReceived(answer)
    return answer
  }
  const submit: Agent['submit'] = (page, at, fields) => {
    noteAll(Object.entries(fields))
    return submitThrough(request, page, at, fields)
  }
  return { secrets, agent: { ...agent, request, submit } }
}

function submitThrough(
  request: Agent['request'],
  page: Answer,
  at: string,
  fields: Record<string, string>,
): Promise<Answer> {
  return request(at, {
    form: { ...hiddenFields(page.text), ...fields },
    headers: {
      origin: new URL(at, 'http://localhost:3000').origin,
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'navigate',
    },
  })
}

/** A secret as it is, and as a log, a dump or an address might write it. */
export function spellingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  // What was random is also looked for as bytes: whole, without the prefix of a refresh token or the grant before it.
  const random = [secret, secret.replace(/^ghr_/, ''), secret.slice(-43)].filter((s) =>
    /^[\w-]{22,}$/.test(s),
  )
  const inside = random.map((s) => Buffer.from(s, 'base64url'))
  return [
    ...new Set([
      secret,
      // Cut at either end, as log fields are.
      ...(secret.length > 40 ? [secret.slice(0, 40), secret.slice(-30)] : []),
      encodeURIComponent(secret),
      ...[bytes, ...inside].flatMap((b) => [
        b.toString('base64').replace(/=+$/, ''),
        b.toString('base64url'),
        b.toString('hex'),
      ]),
    ]),
  ]
}

/** The kinds of the secrets that stand in a text; empty when there is none. */
export const secretsIn = (text: string, secrets: Recorder['secrets']): string[] =>
  [...secrets].flatMap(([secret, kind]) => {
    const found = spellingsOf(secret).find((spelling) => text.includes(spelling))
    return found === undefined ? [] : [`${kind}: ${found}`]
  })
