/** The steps of the playground as the page words them. What a step does is in `views/playground/steps.js`, by its id. */
export interface StepText {
  id: string
  title: string
  /** What the step is for, in one sentence. */
  purpose: string
  /** Where it is specified. */
  sources: readonly { label: string; href: string }[]
  /** Buttons: the script's name of what they do, and their words. */
  actions?: readonly { name: string; label: string }[]
}

const rfc = (number: number, section?: string): { label: string; href: string } => ({
  label: section === undefined ? `RFC ${number}` : `RFC ${number} §${section}`,
  href: `https://www.rfc-editor.org/rfc/rfc${number}${section === undefined ? '' : `#section-${section}`}`,
})

const openid = (label: string, page: string): { label: string; href: string } => ({
  label,
  href: `https://openid.net/specs/openid-connect-${page}`,
})

export const STEPS: readonly StepText[] = [
  {
    id: 'discovery',
    title: 'Discovery',
    purpose:
      'The client learns the server’s addresses and abilities from one document, so nothing is set by hand.',
    sources: [openid('Discovery §4', 'discovery-1_0.html#ProviderConfig'), rfc(8414)],
  },
  {
    id: 'authorize',
    title: 'Authorization request',
    purpose:
      'The browser carries the client’s wish to the server; state, nonce and the PKCE challenge tie the answer to this browser.',
    sources: [rfc(6749, '4.1.1'), rfc(7636), rfc(9126)],
    actions: [{ name: 'leave', label: 'Go to the server' }],
  },
  {
    id: 'callback',
    title: 'Callback',
    purpose:
      'The client takes the answer only if it belongs to its own request (state) and comes from this server (iss).',
    sources: [rfc(6749, '4.1.2'), rfc(9207)],
  },
  {
    id: 'exchange',
    title: 'Code exchange',
    purpose: 'The code becomes tokens, once; the verifier proves that whoever redeems it also began.',
    sources: [rfc(6749, '4.1.3'), rfc(7636, '4.5')],
  },
  {
    id: 'id-token',
    title: 'ID token',
    purpose:
      'The client checks who signed in: the signature by the server’s published keys, then issuer, audience, nonce and times.',
    sources: [openid('OpenID Connect §3.1.3.7', 'core-1_0.html#IDTokenValidation')],
  },
  {
    id: 'access',
    title: 'Use of the access token',
    purpose:
      'With the access token the client asks for what the person allowed: their claims, or the notes API.',
    sources: [openid('OpenID Connect §5.3', 'core-1_0.html#UserInfo'), rfc(6750, '2.1'), rfc(9068)],
    actions: [{ name: 'access', label: 'Ask again' }],
  },
  {
    id: 'refresh',
    title: 'Refresh',
    purpose:
      'A refresh token brings new tokens and is replaced each time, so a stolen copy shows itself when it is used.',
    sources: [rfc(6749, '6'), rfc(9700, '4.14.2')],
    actions: [
      { name: 'refresh', label: 'Refresh' },
      { name: 'replay', label: 'Send the old one again' },
    ],
  },
  {
    id: 'inspect',
    title: 'Introspection and revocation',
    purpose: 'The server says whether a token still holds, and ends one that is no longer wanted.',
    sources: [rfc(7662), rfc(7009)],
    actions: [
      { name: 'introspect-access', label: 'Introspect access token' },
      { name: 'introspect-refresh', label: 'Introspect refresh token' },
      { name: 'revoke-access', label: 'Revoke access token' },
      { name: 'revoke-refresh', label: 'Revoke refresh token' },
    ],
  },
  {
    id: 'service',
    title: 'Client credentials',
    purpose: 'A program without a person gets a token in its own name and calls the notes API with it.',
    sources: [rfc(6749, '4.4'), rfc(8707, '2')],
    actions: [{ name: 'service', label: 'Get a token as demo-service' }],
  },
  {
    id: 'logout',
    title: 'Logout',
    purpose: 'The client sends the browser to the server, which asks the person and ends their session.',
    sources: [openid('RP-Initiated Logout §2', 'rpinitiated-1_0.html#RPLogout')],
    actions: [{ name: 'logout', label: 'Sign out' }],
  },
]
