// demo-spa: a public client, all of it in this page. The protocol is oauth4webapi's.

import * as oauth from 'oauth4webapi'
import { recorder } from './exchanges.js'

const CLIENT = { client_id: 'demo-spa' }
const NO_SECRET = oauth.None()

export const wire = (exchanges) => ({
  [oauth.customFetch]: recorder(exchanges),
  // The demo may live on http://localhost.
  [oauth.allowInsecureRequests]: true,
})

export function spaClient(server) {
  /** Tokens, and a way to check the signature of the ID token among them. */
  const received = (response, tokens) => ({
    tokens,
    verify: async (exchanges) => {
      if (tokens.id_token !== undefined) {
        await oauth.validateApplicationLevelSignature(server, response, wire(exchanges))
      }
      return oauth.getValidatedIdTokenClaims(tokens)
    },
  })
  return {
    push: async (parameters, exchanges) => {
      const response = await oauth.pushedAuthorizationRequest(
        server,
        CLIENT,
        NO_SECRET,
        parameters,
        wire(exchanges),
      )
      const { request_uri } = await oauth.processPushedAuthorizationResponse(server, CLIENT, response)
      return { client_id: CLIENT.client_id, request_uri }
    },
    exchange: async ({ answer, pending }, exchanges) => {
      const { redirectUri, verifier, nonce } = pending
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        CLIENT,
        NO_SECRET,
        answer,
        redirectUri,
        verifier,
        wire(exchanges),
      )
      const checks = { expectedNonce: nonce, requireIdToken: true }
      return received(
        response,
        await oauth.processAuthorizationCodeResponse(server, CLIENT, response, checks),
      )
    },
    refresh: async (token, exchanges) => {
      const response = await oauth.refreshTokenGrantRequest(server, CLIENT, NO_SECRET, token, wire(exchanges))
      return received(response, await oauth.processRefreshTokenResponse(server, CLIENT, response))
    },
    revoke: async (token, exchanges) => {
      const response = await oauth.revocationRequest(server, CLIENT, NO_SECRET, token, wire(exchanges))
      await oauth.processRevocationResponse(response)
    },
  }
}
