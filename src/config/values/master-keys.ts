import { z } from 'zod'

const KEY_BYTES = 32

/** Only the canonical spelling: a key with a slip in it must not decode to something else. */
function decode(text: string): Buffer | undefined {
  const key = Buffer.from(text, 'base64')
  return key.length === KEY_BYTES && key.toString('base64') === text ? key : undefined
}

function whatIsWrong(keys: (Buffer | undefined)[]): string | undefined {
  const known = keys.filter((key) => key !== undefined)
  if (known.length < keys.length)
    return 'must be 32 bytes in base64 (44 characters), several separated by commas'
  // Placeholders: all zero, or one byte over and over.
  if (known.some((key) => key.every((byte) => byte === key[0])))
    return 'must be random: a key repeats one byte'
  if (new Set(known.map((key) => key.toString('base64'))).size < known.length) return 'names one key twice'
  return undefined
}

/** The first wraps, all unwrap. Used for `MASTER_KEY` and for the file that stands in for it. */
export const masterKeys = z.string().transform((text, context): Buffer[] => {
  const keys = text.split(',').map((part) => decode(part.trim()))
  const wrong = whatIsWrong(keys)
  if (wrong === undefined) return keys.filter((key) => key !== undefined)
  context.addIssue(wrong)
  return z.NEVER
})
