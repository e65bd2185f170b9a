/**
 * The server side of the demo's confidential clients: keeps their secrets and asks the server over the wire, like any
 * application would. The protocol is `openid-client`'s; here is only what the page wants to know of each call.
 */
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  ClientError,
  ClientSecretBasic,
  type Configuration,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client'
import { AppError } from '../shared/app-error.ts'
import type { ReadDemo } from './demo.ts'
import { type Exchange, recordExchanges } from './record-exchanges.ts'

export interface RelyingPartyUse {
  issuer: string
  demo: ReadDemo
}

/** A refusal by the protocol is something to look at, not a failure of ours. */
export type Outcome = { exchanges: Exchange[] } & (
  | { ok: true; result: object }
  | { ok: false; error: { code: string; message: string } }
)

export type Ask = (clientId: string, question: (client: Configuration) => Promise<object>) => Promise<Outcome>

export function createRelyingParty(use: RelyingPartyUse): Ask {
  return async (clientId, question) => {
    const client = await connect(use, clientId)
    const exchanges: Exchange[] = []
    client[customFetch] = recordExchanges(exchanges, clientId)
    try {
      return { ok: true, exchanges, result: await question(client) }
    } catch (error) {
      return { ok: false, exchanges, error: refusal(error) }
    }
  }
}

async function connect({ issuer, demo }: RelyingPartyUse, clientId: string): Promise<Configuration> {
  const known = await demo()
  const secret = known?.clients.find((client) => client.client_id === clientId)?.client_secret
  if (secret === undefined)
    throw new AppError('not_found', `The demo has no client ${clientId} with a secret.`)
  const client = await discovery(new URL(issuer), clientId, undefined, ClientSecretBasic(secret), {
    // Plain http never leaves this machine here.
    execute: issuer.startsWith('http:') ? [allowInsecureRequests] : [],
  })
  enableNonRepudiationChecks(client)
  return client
}

function refusal(error: unknown): { code: string; message: string } {
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError) {
    return { code: error.error, message: error.error_description ?? error.message }
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    const { error: code = 'unauthorized', error_description: message = error.message } =
      error.cause[0]?.parameters ?? {}
    return { code, message }
  }
  if (error instanceof ClientError) return { code: error.code ?? 'client_error', message: error.message }
  throw error
}
