/** Values that need no rule of their own: numbers, names, words, addresses of stores. */
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { z } from 'zod'

export function wholeNumber(least: number, most: number) {
  const message = `must be a whole number from ${least} to ${most}`
  return z
    .string()
    .regex(/^\d{1,6}$/, message)
    .transform(Number)
    .refine((value) => value >= least && value <= most, message)
}

/** A closed set of words, spelled exactly. */
export const oneOf = <const Word extends string>(words: readonly Word[]) =>
  z.enum(words, `must be one of ${words.join(', ')}`)

export const yesOrNo = oneOf(['true', 'false']).transform((word) => word === 'true')

const HOST_NAME = /^(?=.{1,253}$)[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)*$/i

/** Where a socket can listen: an address or a host name, without brackets and without a port. */
export const listenHost = z
  .string()
  .refine(
    (text) => isIP(text) !== 0 || (HOST_NAME.test(text) && !/^[\d.]+$/.test(text)),
    'must be an IP address or a host name, without a port',
  )

/** Of a file or a folder. */
export const path = z.string().transform((text) => resolve(text))

/** A key in Redis beside those of the house itself, which begin with `gh:`. */
export const streamKey = z
  .string()
  .refine(
    (text) => /^[\w.:/-]{1,200}$/.test(text) && !text.startsWith('gh:'),
    'must be 1 to 200 letters, digits and . : / _ -, and not begin with gh:',
  )

/** The parser's own message would repeat the URL, and with it the password. */
export const storeUrl = (...schemes: string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1)),
      `must be a ${schemes.map((scheme) => `${scheme}://`).join(' or ')} URL, with / ? # @ in its password percent-encoded`,
    )
