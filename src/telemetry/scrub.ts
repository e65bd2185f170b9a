/**
 * Keeps secrets and terminal tricks out of log lines, whoever wrote the text. These are the second net: the first is
 * that a log event has no field for a secret.
 */

/** C0, DEL, C1, line and paragraph separators, bidi controls and zero-width signs: what could forge or hide a line. */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that must not pass
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

const escapeUnseen = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`

/** Visible, and at most so many characters. Cut first: the cost stays bounded whatever the length. */
export function visible(text: string, most: number): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text
  return cut.toWellFormed().replace(UNSEEN, escapeUnseen)
}

/** Refresh tokens by their prefix, JWTs by their header (`{"` in base64url). */
const TOKEN = /ghr_[\w-]+|\beyJ[\w-]{5,}(?:\.[\w-]*)*/g

export const withoutTokens = (text: string): string => text.replace(TOKEN, '***')

/** One that stands alone: within a longer value the same signs come about by chance. */
const JWT = /(?<![\w+/-])eyJ[\w-]{5,}(?:\.[\w-]*)*/g

const AUTHORIZATION = /\b(Bearer|Basic|DPoP)\s+[^\s,]+/gi
/** To the last `@` of the word: an unencoded `@` or `/` may stand in a password. */
const USER_INFORMATION = /(\w:\/\/)\S*@/g
const QUERY = /(\w:\/\/[^\s?#]*)[?#]\S*/g
const ASSIGNMENT =
  /((?:pass(?:word|wd)?|pwd|secret|token|assertion|verifier|cookie|otp|api_?key)["']?\s*[=:]\s*)\S+/gi
/** Hexadecimal, base32 or with letters of both cases, and as long as random values are; names are seldom so long. */
const RANDOM =
  /(?<![\w+/-])(?:[\da-f-]{24,}|[A-Z2-7]{24,}|(?=[\w+/-]*[a-z])(?=[\w+/-]*[A-Z])[\w+/-]{24,}={0,2})/g

/** Text of ours, or a message written by us, that might carry a value. */
export const scrub = (text: string): string =>
  withoutTokens(
    text
      .replace(JWT, '***')
      .replace(AUTHORIZATION, '$1 ***')
      .replace(USER_INFORMATION, '$1***@')
      .replace(QUERY, '$1?***')
      .replace(ASSIGNMENT, '$1***')
      .replace(RANDOM, '***'),
  )

const PATH = /(\w:\/\/[^\s/?#]*)\/\S*/g
/**
 * From the first quotation mark to the last: parsers and databases quote what they were given ("Unexpected token …
 * is not valid JSON", "invalid input syntax for type uuid: …"). An apostrophe inside a word is none.
 */
const QUOTED = [/".*"|".*$/gs, /`.*`|`.*$/gs, /(?<!\w)'.*'(?!\w)|(?<!\w)'.*$/gs]

/** A message that other people's code wrote, perhaps about what a person typed. */
export const scrubForeign = (text: string): string =>
  QUOTED.reduce(
    (rest, quoted) => rest.replace(quoted, '"***"'),
    scrub(text.replace(USER_INFORMATION, '$1***@').replace(PATH, '$1/***')),
  )
