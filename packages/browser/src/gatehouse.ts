import { readChallenge } from './challenge.ts'
import { codeOf, own } from './errors.ts'
import { createFirstParty } from './first-party.ts'
import { createHttp } from './http.ts'
import { createRedirect } from './redirect.ts'
import { createSession } from './session.ts'
import { createMemory, createStore } from './store.ts'
import type { Claims, Gatehouse, GatehouseOptions, Session, StepUpChallenge } from './types.ts'

const SOON_MS = 30_000

/** Touches nothing of the browser before it is used: a server that renders pages may make one. */
export function createGatehouse(options: GatehouseOptions): Gatehouse {
  const { issuer, clientId, resource, origins = [], dpop = true } = options
  const base = issuer.replace(/\/$/, '')
  const endpoints = `${base}/oauth2/`
  const http = createHttp()
  const redirect =
    clientId === undefined ? undefined : createRedirect({ ...options, clientId }, endpoints, http, dpop)
  const firstParty = createFirstParty(base, http, dpop)
  const mode = redirect ?? firstParty
  // The browser may have a cookie of which nothing is known here.
  const memory = createMemory(redirect ? undefined : {})
  const name = `gatehouse ${issuer} ${clientId ?? ''}`
  const session = createSession({ name, mode, store: dpop ? createStore(name) : memory })
  const { onStepUp = (challenge: StepUpChallenge): unknown => redirect?.begin(challenge) } = options
  let started: Promise<Session> | undefined

  async function start(): Promise<Session> {
    try {
      checkBrowser()
      const answer = redirect && (await redirect.finish())
      return await (answer ? session.begin(async () => answer) : session.resume())
    } catch (error) {
      if (codeOf(error) !== 'unreachable') session.forget('none')
      throw error
    }
  }

  const send = async (request: Request, token: string): Promise<Response> =>
    http.send(request, await session.key(), token)

  async function withToken(request: Request): Promise<Response> {
    const again = request.clone()
    const token = await session.token(SOON_MS)
    const response = await send(request, token)
    if (response.status !== 401) return response
    const { error = 'invalid_token', stepUp } = readChallenge(response.headers.get('www-authenticate'))
    if (stepUp) onStepUp(stepUp)
    return error === 'invalid_token' ? send(again, await session.token(0, token)) : response
  }

  return {
    getSession: session.get,
    getTokenState: session.tokenState,
    subscribe: session.subscribe,
    start() {
      // Stopped meanwhile.
      if (started) session.open()
      started ??= start().finally(() => {
        started = undefined
      })
      return started
    },
    async signIn(how = {}) {
      checkBrowser()
      if (!redirect) throw own('wrong_mode')
      return redirect.begin(how)
    },
    async signInWithPassword(credentials) {
      checkBrowser()
      if (redirect) throw own('wrong_mode')
      return session.begin(() => firstParty.signIn(credentials))
    },
    answer: (proof) => session.begin(() => firstParty.answer(proof), firstParty.renews()),
    challenge: firstParty.challenge,
    getAccessToken: async ({ minValidity = 30 } = {}) => session.token(minValidity * 1000),
    async getUser() {
      const now = session.get()
      const claims = now.status === 'signed-in' ? now.claims : undefined
      if (resource && claims) return claims
      const token = await session.token(SOON_MS)
      const found = (await http.ask(`${endpoints}userinfo`, await session.key(), token)) as Claims
      // OpenID Connect Core §5.3.2: another person's answer is none.
      if (claims && claims.sub !== found.sub) throw own('invalid_answer')
      return { ...claims, ...found }
    },
    async fetch(input, init) {
      const request = new Request(input, init)
      if (!origins.includes(new URL(request.url).origin)) return fetch(request)
      // A redirect could lead the token, or a proof, to somebody else.
      return withToken(new Request(request, { redirect: 'error' }))
    },
    signOut: ({ everywhere = false } = {}) => session.end(everywhere),
    stop: session.stop,
  }
}

/** Who has Web Locks has the rest. */
function checkBrowser(): void {
  if (!globalThis.isSecureContext) throw own('insecure_context')
  if (!navigator.locks) throw own('unsupported_browser')
}
