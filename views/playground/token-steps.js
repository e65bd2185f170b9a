// Steps 7 to 10: what becomes of the tokens, a program's own token, and the end.

import { navigation } from './exchanges.js'
import { explain, Refused } from './refused.js'
import { ACCEPTED, callNotes, clientOf, GOOD_SIGNATURE } from './sign-in-steps.js'
import { clockTime, duration } from './times.js'
import { serviceToken } from './web-client.js'

export async function refresh({ journey, page, exchanges }) {
  const before = journey.tokens.refresh
  const { tokens, verify } = await clientOf(journey).refresh(before, exchanges)
  await verify(exchanges)
  keep(journey, tokens)
  journey.tokens.previous = before
  return {
    summary: 'New tokens, and the refresh token was replaced',
    note: whatARepeatBrings(page, Date.now()),
    facts: [
      ['Old refresh token', before, 'used'],
      ['New refresh token', tokens.refresh_token],
    ],
    tokens: received(tokens),
  }
}

function whatARepeatBrings({ refreshReuseGrace }, at) {
  if (refreshReuseGrace === 0) return 'Here every repeat of the old one counts as reuse.'
  const until = clockTime(at + refreshReuseGrace)
  return (
    `A lost answer must not sign anybody out: for ${duration(refreshReuseGrace)}, until ${until}, the old one ` +
    'brings the same successor again. After that it counts as reuse.'
  )
}

/** The old token a second time; if that is refused, the newest one too, to see what became of it. */
export async function replay({ journey, exchanges }) {
  const client = clientOf(journey)
  const { previous, refresh: current } = journey.tokens
  const old = await attempt(client.refresh(previous, exchanges))
  if (old.refusal === undefined) return repeated(journey, old, exchanges)
  const newest = await attempt(client.refresh(current, exchanges))
  if (newest.refusal !== undefined) return reused(old.refusal, newest.refusal)
  keep(journey, newest.tokens)
  journey.tokens.previous = current
  return {
    summary: 'The old token was refused, and nothing else happened',
    note: 'The server takes it for a request that was long on its way. The newest token was tried as well, and it works.',
    tokens: received(newest.tokens),
  }
}

/** What came back, or the refusal. Anything else, such as no answer at all, is no verdict on the token. */
const attempt = (request) =>
  request.catch((error) => {
    const refusal = explain(error)
    if (refusal.code === 'invalid_grant') return { refusal }
    throw error
  })

async function repeated(journey, { tokens, verify }, exchanges) {
  await verify(exchanges)
  const { previous, refresh: current } = journey.tokens
  if (tokens.refresh_token !== current) throw new Refused('forked', 'Another successor came back.')
  keep(journey, tokens)
  return {
    summary: 'A repeat: the same successor again',
    note: 'An answer that got lost on the way can be fetched again; no second family begins.',
    facts: [
      ['Sent again', previous],
      ['Came back', tokens.refresh_token, 'the same refresh token as before'],
    ],
    tokens: received(tokens),
  }
}

const reused = (old, newest) => ({
  alarm: true,
  summary: 'Reuse: the server ended every token of this sign-in',
  note:
    'Two parties held the old token, and nobody can tell the thief from the owner. So the newest token was tried as ' +
    'well, and it is dead: whoever stole either has nothing.',
  facts: [
    ['Old token', old.code, old.message],
    ['Newest token', newest.code, newest.message],
  ],
})

function keep(journey, tokens) {
  journey.tokens.access = tokens.access_token
  journey.tokens.refresh = tokens.refresh_token ?? journey.tokens.refresh
  journey.tokens.id = tokens.id_token ?? journey.tokens.id
}

const received = ({ access_token, id_token }) => [
  { name: 'Access token', value: access_token, folded: true },
  ...(id_token === undefined
    ? []
    : [{ name: 'ID token', value: id_token, verdict: GOOD_SIGNATURE, folded: true }]),
]

export const introspect =
  (kind) =>
  async ({ journey, exchanges }) => {
    const answer = await clientOf(journey).introspect(journey.tokens[kind], exchanges)
    return {
      summary: answer.active ? `The ${kind} token is active` : `The ${kind} token is not active`,
      claims: answer,
    }
  }

export const revoke =
  (kind) =>
  async ({ journey, exchanges }) => {
    await clientOf(journey).revoke(journey.tokens[kind], exchanges)
    return {
      summary: `The ${kind} token is revoked`,
      note:
        kind === 'refresh'
          ? 'Its whole family ended with it, access tokens included. Try “Ask again” in step 6.'
          : 'Only this token: the refresh token still brings new ones.',
    }
  }

export async function actAsService({ page, exchanges }) {
  const { tokens } = await serviceToken({ scope: 'notes:read', resource: page.resource }, exchanges)
  const { summary, facts } = await callNotes(page, tokens.access_token, exchanges)
  return { summary, facts, tokens: [{ name: 'Access token', value: tokens.access_token, verdict: ACCEPTED }] }
}

export async function leaveForLogout({ journey, page, exchanges }) {
  const state = crypto.randomUUID()
  const parameters = {
    id_token_hint: journey.tokens.id,
    client_id: journey.choices.client,
    post_logout_redirect_uri: page.home,
    state,
  }
  const url = `${journey.server.end_session_endpoint}?${new URLSearchParams(parameters)}`
  exchanges.push(navigation(url))
  journey.leaving = { url, state }
  return { summary: 'Ready to go', facts: [['state', state, 'has to come back unchanged']] }
}

export async function takeLogout({ journey, carry }) {
  const { state } = journey.leaving
  delete journey.leaving
  if (carry.answer.get('state') !== state)
    throw new Refused('state', 'This is not the answer to this logout.')
  delete journey.tokens
  delete journey.claims
  return { summary: 'Signed out', facts: [['state', state, 'as it was sent']] }
}
