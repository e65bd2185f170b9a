/**
 * Text that strangers chose (client names, emails, scope descriptions) before it stands on a page. Escaping keeps
 * it from becoming markup; this keeps it from lying: nothing invisible, nothing that turns the reading order,
 * nothing endless. Templates also isolate it with `<bdi>`.
 */
const BLANK = /[\s\p{Cc}\p{Zl}\p{Zp}\u2800]+/gu
/** Bidi controls, zero-width and other ignorable signs, lone surrogates, private use (some fonts draw logos there). */
const HIDDEN = /[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Cs}\p{Co}]/gu
/** No language stacks more than a few marks on one letter; thousands of them cover the lines around. */
const STACKED = /(\p{M}{4})\p{M}+/gu
const SEGMENTER = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** At most `max` visible characters, the last one an ellipsis when something was cut. May be empty. */
export function safeText(text: string, max: number): string {
  const clean = text
    .slice(0, max * 16)
    .replace(HIDDEN, '')
    .replace(BLANK, ' ')
    .replace(STACKED, '$1')
    .trim()
  const characters = Array.from(SEGMENTER.segment(clean), ({ segment }) => segment)
  if (characters.length <= max) return clean
  return `${characters
    .slice(0, max - 1)
    .join('')
    .trimEnd()}…`
}

/** One or two capitals for a face or a tile; empty when there is no letter to take. */
export function initials(text: string, count: 1 | 2): string {
  const words = text.split(/[\s._@+-]+/).flatMap((word) => word.match(/[\p{L}\p{N}]/u) ?? [])
  return words
    .slice(0, count)
    .map((letter) => [...letter.toUpperCase()][0])
    .join('')
}
