import { readFileSync } from 'node:fs'

export interface BrandLogo {
  /** Among the assets. */
  name: string
  type: string
  body: Buffer
}

/** A page brings it along: it must leave room for the rest. */
const MOST_BYTES = 32 * 1024

const isPng = (body: Buffer) => body.toString('latin1', 0, 8) === '\x89PNG\r\n\x1a\n'
const isJpeg = (body: Buffer) => body.toString('latin1', 0, 3) === '\xff\xd8\xff'
const isWebp = (body: Buffer) => /^RIFF[\s\S]{4}WEBP/.test(body.toString('latin1', 0, 12))
const isSvg = (body: Buffer) =>
  /^\s*(?:<\?xml[^>]*>\s*)?<svg[\s>]/.test(body.toString().replace(/<!--[\s\S]*?-->\s*/g, ''))

/** By what they begin with; a name says nothing. */
const KINDS = [
  { extension: 'png', type: 'image/png', is: isPng },
  { extension: 'jpg', type: 'image/jpeg', is: isJpeg },
  { extension: 'webp', type: 'image/webp', is: isWebp },
  { extension: 'svg', type: 'image/svg+xml', is: isSvg },
]

/** What a drawing has no use for: scripts, pages within it, and whatever is somewhere else. */
const NO_PICTURE: readonly { what: string; pattern: RegExp }[] = [
  { what: 'a script', pattern: /<(?:[\w-]+:)?script|\son\w+\s*=|javascript:/i },
  { what: 'a page', pattern: /<(?:[\w-]+:)?(?:foreignObject|iframe|embed|object)/i },
  { what: 'a document type', pattern: /<!(?:DOCTYPE|ENTITY)/i },
  {
    what: 'an address',
    pattern:
      /href\s*=\s*["']?\s*(?!#|["']|data:image\/(?:png|jpeg|webp);base64,)|@import|url\(\s*["']?(?!#)/i,
  },
]

/** The picture of an operator's; throws, in words for them, where it can't be shown. */
export function readLogo(path: string): BrandLogo {
  const body = readFileSync(path)
  if (body.length > MOST_BYTES) throw new Error(`it has ${body.length} bytes, ${MOST_BYTES} at most`)
  const kind = KINDS.find(({ is }) => is(body))
  if (kind === undefined) throw new Error('it is no SVG, PNG, JPEG or WebP')
  const { extension, type } = kind
  const odd = extension === 'svg' && NO_PICTURE.find(({ pattern }) => pattern.test(body.toString()))
  if (odd) throw new Error(`it holds ${odd.what}, which a picture has no use for`)
  return { name: `logo.${extension}`, type, body }
}
