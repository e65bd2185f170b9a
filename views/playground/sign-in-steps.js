// Steps 1 to 6: from the server's address to what the person allowed. Each takes the context and returns what to show.

import * as oauth from 'oauth4webapi'
import { navigation } from './exchanges.js'
import { Refused } from './refused.js'
import { spaClient, wire } from './spa-client.js'
import { webClient } from './web-client.js'

export const GOOD_SIGNATURE = 'Signature good, by a published key'
export const ACCEPTED = 'Accepted by the notes API'

export const clientOf = ({ choices, server }) =>
  choices.client === 'demo-web' ? webClient(server) : spaClient(server)

export async function discover({ journey, page, exchanges }) {
  const issuer = new URL(page.issuer)
  const response = await oauth.discoveryRequest(issuer, wire(exchanges))
  const server = await oauth.processDiscoveryResponse(issuer, response)
  journey.server = server
  return {
    summary: 'The server is known',
    facts: [
      ['Issuer', server.issuer, 'the same as asked for'],
      ['Authorization', server.authorization_endpoint],
      ['Tokens', server.token_endpoint],
      ['Keys', server.jwks_uri],
    ],
  }
}

export async function prepare({ journey, page, exchanges }) {
  const { choices, server } = journey
  const secrets = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
  }
  const parameters = await authorizationRequest(choices, page.redirectUri, secrets)
  const sent = choices.par ? await clientOf(journey).push(parameters, exchanges) : parameters
  const url = `${server.authorization_endpoint}?${new URLSearchParams(sent)}`
  exchanges.push(navigation(url))
  journey.pending = { ...secrets, url, redirectUri: page.redirectUri }
  return {
    summary: choices.par ? 'Pushed, and ready to go' : 'Ready to go',
    facts: [
      ['state', secrets.state, 'has to come back unchanged'],
      ['nonce', secrets.nonce, 'has to stand in the ID token'],
      ['code_verifier', secrets.verifier, 'stays here until step 4; only its SHA-256 goes along now'],
    ],
  }
}

async function authorizationRequest(choices, redirectUri, { state, nonce, verifier }) {
  const parameters = {
    client_id: choices.client,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: choices.scope,
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    resource: choices.resource,
    prompt: choices.prompt,
    response_mode: choices.responseMode === 'query' ? undefined : choices.responseMode,
  }
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined))
}

export async function takeAnswer({ journey, carry }) {
  const { pending, server, choices } = journey
  if (pending === undefined) {
    throw new Refused('no_request', 'No request of this tab waits for an answer. Begin with “Sign in”.')
  }
  carry.pending = pending
  carry.answer = oauth.validateAuthResponse(
    server,
    { client_id: choices.client },
    carry.answer,
    pending.state,
  )
  // Only now: an answer that somebody else made up must not end the request that waits.
  delete journey.pending
  return {
    summary: 'The answer belongs to the request',
    facts: [
      ['code', carry.answer.get('code'), 'good once, for a minute'],
      ['state', carry.answer.get('state'), 'as it was sent'],
      ['iss', carry.answer.get('iss'), 'the server that was asked'],
    ],
  }
}

export async function exchangeCode({ journey, carry, exchanges }) {
  const { tokens, verify } = await clientOf(journey).exchange(carry, exchanges)
  carry.verify = verify
  carry.tokens = { access: tokens.access_token, refresh: tokens.refresh_token, id: tokens.id_token }
  return {
    summary: 'Tokens received',
    facts: [['scope', tokens.scope ?? journey.choices.scope, `valid for ${tokens.expires_in} seconds`]],
    tokens: [
      { name: 'Access token', value: tokens.access_token },
      ...(tokens.refresh_token === undefined ? [] : [{ name: 'Refresh token', value: tokens.refresh_token }]),
    ],
  }
}

export async function verifyIdToken({ journey, carry, exchanges }) {
  const claims = await carry.verify(exchanges)
  // Only now are they the tokens of somebody who signed in.
  Object.assign(journey, { claims, tokens: carry.tokens })
  return {
    summary: `Signed by the server, meant for ${claims.aud}`,
    facts: [
      ['iss', claims.iss, 'the server that was asked'],
      ['aud', String(claims.aud), 'this client'],
      ['nonce', claims.nonce, 'as it was sent'],
    ],
    tokens: [{ name: 'ID token', value: journey.tokens.id, verdict: GOOD_SIGNATURE }],
  }
}

export async function useAccessToken({ journey, page, exchanges }) {
  const { access } = journey.tokens
  if (journey.choices.resource !== undefined) {
    const shown = await callNotes(page, access, exchanges)
    return { ...shown, tokens: [{ name: 'Access token', value: access, verdict: ACCEPTED }] }
  }
  const client = { client_id: journey.choices.client }
  const response = await oauth.userInfoRequest(journey.server, client, access, wire(exchanges))
  const claims = await oauth.processUserInfoResponse(journey.server, client, journey.claims.sub, response)
  return {
    summary: 'The server told who signed in',
    note: 'The subject is the same as in the ID token; otherwise the answer would have been refused.',
    claims,
  }
}

export async function callNotes(page, accessToken, exchanges) {
  const url = new URL(`${page.resource}/notes`)
  const response = await oauth.protectedResourceRequest(
    accessToken,
    'GET',
    url,
    undefined,
    undefined,
    wire(exchanges),
  )
  if (!response.ok) throw new Refused('insufficient_scope', 'The notes API wants the scope notes:read.')
  const { notes, may_write: mayWrite } = await response.json()
  return {
    summary: 'The notes API let it in',
    facts: [
      ['Notes', notes.map(({ text }) => text).join(' · ')],
      ['Writing', mayWrite ? 'allowed' : 'not allowed', 'by the scope of the token'],
    ],
  }
}
