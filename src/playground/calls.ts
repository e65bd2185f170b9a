/** What the page asks of the server side, by name: whose secret it takes, what it needs, and the one call it makes. */
import {
  authorizationCodeGrant,
  buildAuthorizationUrlWithPAR,
  type Configuration,
  clientCredentialsGrant,
  refreshTokenGrant,
  tokenIntrospection,
  tokenRevocation,
} from 'openid-client'
import { z } from 'zod'
import { AppError } from '../shared/app-error.ts'

export interface Call {
  clientId: 'demo-web' | 'demo-service'
  /** Throws when the body does not fit. */
  read(body: unknown, redirectUri: string): (client: Configuration) => Promise<object>
}

const text = z.string().min(1).max(4096)

export const CALLS: ReadonlyMap<string, Call> = new Map([
  [
    'push',
    call('demo-web', { parameters: z.record(z.string().max(64), text) }, async (client, { parameters }) => ({
      url: (await buildAuthorizationUrlWithPAR(client, parameters)).href,
    })),
  ],
  [
    'exchange',
    call(
      'demo-web',
      { answer: text, state: text, nonce: text, verifier: text },
      async (client, { answer, state, nonce, verifier }, redirectUri) => {
        const tokens = await authorizationCodeGrant(client, new URL(`${redirectUri}?${answer}`), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        })
        return { tokens, claims: tokens.claims() }
      },
    ),
  ],
  [
    'refresh',
    call('demo-web', { token: text }, async (client, { token }) => {
      const tokens = await refreshTokenGrant(client, token)
      return { tokens, claims: tokens.claims() }
    }),
  ],
  ['introspect', call('demo-web', { token: text }, (client, { token }) => tokenIntrospection(client, token))],
  [
    'revoke',
    call('demo-web', { token: text }, async (client, { token }) => {
      await tokenRevocation(client, token)
      return {}
    }),
  ],
  [
    'client-credentials',
    call('demo-service', { scope: text, resource: text }, async (client, parameters) => ({
      tokens: await clientCredentialsGrant(client, parameters),
    })),
  ],
])

function call<Shape extends z.ZodRawShape>(
  clientId: Call['clientId'],
  shape: Shape,
  run: (client: Configuration, body: z.output<z.ZodObject<Shape>>, redirectUri: string) => Promise<object>,
): Call {
  const schema = z.strictObject(shape)
  return {
    clientId,
    read: (body, redirectUri) => {
      const parsed = schema.safeParse(body)
      if (parsed.success) return (client) => run(client, parsed.data, redirectUri)
      throw new AppError('bad_request', 'This request can not be understood.', {
        detail: z.prettifyError(parsed.error),
      })
    },
  }
}
