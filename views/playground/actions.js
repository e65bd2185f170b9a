/** What can be done, by the names of the buttons: in which step it is shown, how it runs, and why it can't run now. */

import * as signIn from './sign-in-steps.js'
import * as tokens from './token-steps.js'

/** No reason to give, since its time has not come: the button is not shown. */
const LATER = ''

const needsSignIn = (journey) => (journey.tokens === undefined ? LATER : undefined)

const needsRefresh = (journey) =>
  needsSignIn(journey) ??
  (journey.tokens.refresh === undefined
    ? 'No refresh token was given: it takes offline_access and prompt=consent.'
    : undefined)

const needsOld = (journey) =>
  needsRefresh(journey) ??
  (journey.tokens.previous === undefined ? 'Refresh once: then there is an old one.' : undefined)

const needsSecret = (journey) =>
  needsSignIn(journey) ??
  (journey.choices.client === 'demo-web'
    ? undefined
    : 'demo-spa may not introspect, since a public client can’t prove who it is (RFC 7662 §2.1). demo-web may.')

const needsOpaque = (journey) =>
  needsSignIn(journey) ??
  (journey.choices.resource === undefined
    ? undefined
    : 'The access token is a JWT, which the server does not keep: it can neither look it up nor end it.')

export const ACTIONS = {
  discover: { step: 'discovery', run: signIn.discover },
  prepare: { step: 'authorize', run: signIn.prepare },
  leave: { step: 'authorize', why: ({ pending }) => (pending === undefined ? LATER : undefined) },
  callback: { step: 'callback', run: signIn.takeAnswer },
  exchange: { step: 'exchange', run: signIn.exchangeCode },
  verify: { step: 'id-token', run: signIn.verifyIdToken },
  access: { step: 'access', run: signIn.useAccessToken, why: needsSignIn },
  refresh: { step: 'refresh', run: tokens.refresh, why: needsRefresh },
  replay: { step: 'refresh', run: tokens.replay, why: needsOld },
  'introspect-access': {
    step: 'inspect',
    run: tokens.introspect('access'),
    why: (journey) => needsSecret(journey) ?? needsOpaque(journey),
  },
  'introspect-refresh': {
    step: 'inspect',
    run: tokens.introspect('refresh'),
    why: (journey) => needsRefresh(journey) ?? needsSecret(journey),
  },
  'revoke-access': { step: 'inspect', run: tokens.revoke('access'), why: needsOpaque },
  'revoke-refresh': { step: 'inspect', run: tokens.revoke('refresh'), why: needsRefresh },
  service: { step: 'service', run: tokens.actAsService },
  logout: { step: 'logout', run: tokens.leaveForLogout, why: needsSignIn },
  'logged-out': { step: 'logout', run: tokens.takeLogout },
}
