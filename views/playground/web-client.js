// demo-web and demo-service: confidential clients. Their server keeps the secret and does these calls (openid-client).

import { Refused } from './refused.js'

async function ask(call, body, exchanges) {
  const response = await fetch(`/playground/api/${call}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const outcome = await response.json()
  if (!response.ok) throw new Refused(outcome.error, outcome.error_description)
  exchanges.push(...outcome.exchanges)
  if (!outcome.ok) throw new Refused(outcome.error.code, outcome.error.message)
  return outcome.result
}

/** The server side checks the signature in the same call; the page shows the keys that it used as a step of its own. */
async function askForTokens(call, body, exchanges, server) {
  const all = []
  const isKeys = ({ request }) => request.url === server.jwks_uri
  try {
    const { tokens, claims } = await ask(call, body, all)
    return {
      tokens,
      verify: async (shown) => {
        shown.push(...all.filter(isKeys))
        return claims
      },
    }
  } finally {
    exchanges.push(...all.filter((exchange) => !isKeys(exchange)))
  }
}

export function webClient(server) {
  return {
    push: async (parameters, exchanges) => {
      const { url } = await ask('push', { parameters }, exchanges)
      return Object.fromEntries(new URL(url).searchParams)
    },
    exchange: ({ answer, pending: { state, nonce, verifier } }, exchanges) =>
      askForTokens('exchange', { answer: answer.toString(), state, nonce, verifier }, exchanges, server),
    refresh: (token, exchanges) => askForTokens('refresh', { token }, exchanges, server),
    revoke: (token, exchanges) => ask('revoke', { token }, exchanges),
    introspect: (token, exchanges) => ask('introspect', { token }, exchanges),
  }
}

export const serviceToken = (parameters, exchanges) => ask('client-credentials', parameters, exchanges)
