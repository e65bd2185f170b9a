/**
 * "Not now", as one person said it in one browser: a cookie that holds keyed hashes of who did, and nothing to be known by.
 * It keeps a question from being asked, and no more hangs on it; so it proves nothing, and whoever takes it away is asked again.
 */
import type { ServerResponse } from 'node:http'
import { readCookie, setCookie } from './cookies.ts'
import { type AskKeys, createKeyedHash, inUse } from './keyed-hash.ts'

export interface NotNow {
  /** Whether this person said so in this browser not long ago. */
  was(cookieHeader: string | undefined, sub: string): boolean
  note(res: ServerResponse, cookieHeader: string | undefined, sub: string): void
}

/** Days, as people are told. */
export const NOT_NOW_DAYS = 90

/** As many as the device cookie knows. */
const MOST = 8
const MARK_LENGTH = 16
const VALUE = new RegExp(`^(?:[\\w-]{${MARK_LENGTH}}){1,${MOST}}$`)

/** `about`: what was not wanted, as a name for cookies. `keys` are the data keys `cookie`. */
export function createNotNow(about: string, { keys, issuer }: { keys: AskKeys; issuer: string }): NotNow {
  const secure = issuer.startsWith('https:')
  const name = `${secure ? '__Host-' : ''}gh_not_now_${about}`
  const markOf = (key: Buffer, sub: string): string =>
    createKeyedHash(key)('not_now', `${about} ${sub}`).toString('base64url').slice(0, MARK_LENGTH)
  const marksIn = (cookieHeader: string | undefined): string[] => {
    const value = readCookie(cookieHeader, name) ?? ''
    return VALUE.test(value) ? (value.match(new RegExp(`.{${MARK_LENGTH}}`, 'g')) ?? []) : []
  }
  return {
    was: (cookieHeader, sub) => {
      const marks = marksIn(cookieHeader)
      return marks.length > 0 && keys().some(({ key }) => marks.includes(markOf(key, sub)))
    },
    note: (res, cookieHeader, sub) => {
      const mark = markOf(inUse(keys), sub)
      const others = marksIn(cookieHeader).filter((other) => other !== mark)
      const value = [mark, ...others].slice(0, MOST).join('')
      const maxAge = NOT_NOW_DAYS * 24 * 60 * 60
      setCookie(res, name, value, { path: '/', httpOnly: true, secure, sameSite: 'Lax', maxAge })
    },
  }
}
