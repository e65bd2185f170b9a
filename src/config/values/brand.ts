/** What the pages look like to people: a name, a colour, links of the operator's own. */
import { z } from 'zod'

/** Longer ones would be cut on a phone. */
const MOST = 40

export const brandName = z
  .string()
  .refine(
    (text) =>
      text.trim() === text && text.length > 0 && text.length <= MOST && !/\p{C}|[^\P{Z} ]/u.test(text),
    `must be 1 to ${MOST} visible characters`,
  )

export const color = z
  .string()
  .regex(/^#[\da-f]{6}$/i, 'must be # and six hexadecimal digits')
  .toLowerCase()

/** A page of the operator's, or where to write to. */
export const webPage = z.string().refine((text) => {
  const url = URL.parse(text)
  return url !== null && (url.protocol === 'https:' || url.protocol === 'mailto:') && url.password === ''
}, 'must be an https: or mailto: URL')
