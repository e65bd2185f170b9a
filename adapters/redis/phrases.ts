/**
 * What stands in nearly every grant's JSON, as one byte each time: JSON escapes control characters, so that none stands
 * in a text of its own. A list of words and no rule: whatever else a grant holds passes through as it is. Reading costs
 * a thousandth of a refresh (docs/decisions/0014).
 */

/** Only ever added to, at the end: what is stored was written with it. 30 at most. */
export const PHRASES = [
  '{"openid":{"scope":"openid',
  '"},"resources":{',
  '"},"epochs":{',
  '{"acr":"urn:gatehouse:acr:',
  '","amr":["pwd"',
  '],"authTime":',
  ',"codeChallenge":"',
  ',"nonce":"',
  ',"redirectUri":',
  ',"resource":',
  ',"scope":"openid',
  ',"sid":"',
  ',"claims":{',
  ',"expiresWithSession":true',
  ',"dpopJkt":"',
  ',"attestationJkt":"',
  ',"jkt":"',
  '{"gty":"authorization_code"',
  '"id_token":{',
  '"userinfo":{',
  '":{"essential":true}',
  ' profile',
  ' email',
  ' phone',
  ' address',
  ' groups',
  ' offline_access',
  '"https://',
  '"http://localhost:',
  ',"born":"',
]

/** The line break is left to whoever keeps several texts as one. */
const signAt = (position: number): string =>
  String.fromCharCode(position < '\n'.charCodeAt(0) - 1 ? position + 1 : position + 2)

const SIGN_OF = new Map(PHRASES.map((phrase, position) => [phrase, signAt(position)]))
const PHRASE_OF = new Map(PHRASES.map((phrase, position) => [signAt(position), phrase]))

const longestFirst = PHRASES.toSorted((a, b) => b.length - a.length)
const ANY_PHRASE = new RegExp(longestFirst.map((phrase) => RegExp.escape(phrase)).join('|'), 'g')
const ANY_SIGN = new RegExp(`[${[...PHRASE_OF.keys()].join('')}]`, 'g')

/** Of a text as `JSON.stringify` writes it. */
export const shorten = (json: string): string =>
  json.replace(ANY_PHRASE, (phrase) => SIGN_OF.get(phrase) ?? phrase)

/** Also of several, each in a line of its own. A text that never was shortened stays as it is. */
export const expand = (text: string): string => text.replace(ANY_SIGN, (sign) => PHRASE_OF.get(sign) ?? sign)
