/**
 * Style sheets, scripts and pictures of the pages: read and hashed once at boot, so that a request never touches the
 * disk and the name changes whenever the content does (hence `immutable`); compressed once, when first asked for.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { OUR_VIEWS, type ViewFiles } from './view-files.ts'

export interface Asset {
  body: Buffer
  encoded(encoding: 'br' | 'gzip'): Promise<Buffer>
  /** Media type, for `Content-Type`. */
  type: string
  /** Strong, quoted. */
  etag: string
}

export interface Assets {
  /** `hosted.css` → `/assets/hosted.<hash>.css`; throws for a name that is not there. */
  href(name: string): string
  find(path: string): Asset | undefined
}

/** Its name is unique, and may begin with a folder, as in `playground/playground.css`. */
export type AssetSource = { name: string } & ({ file: URL | string } | { body: Buffer })

const FILES = [
  'tokens.css',
  'base.css',
  'hosted.css',
  'account.css',
  'forms.js',
  'password-strength.js',
  'webauthn.js',
  'passkey.js',
  'kept-passkey.js',
  'new-passkey.js',
  'account-passkeys.js',
  'form-post.js',
  'mark.svg',
]

export const hostedAssets = (views: ViewFiles = OUR_VIEWS): AssetSource[] =>
  FILES.map((name) => ({ name, file: views.pathOf(`assets/${name}`) }))

const TYPES: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
}

/** Scripts that import each other are listed imported ones first: their address holds their hash. */
export function createAssets(sources: readonly AssetSource[] = hostedAssets()): Assets {
  const hrefs = new Map<string, string>()
  const found = new Map<string, Asset>()
  const href = (name: string): string => {
    const path = hrefs.get(name)
    if (!path) throw new Error(`No asset ${name}`)
    return path
  }
  for (const source of sources) {
    const { name } = source
    const [stem = '', extension = ''] = name.split('.')
    const type = TYPES[extension]
    if (!type) throw new Error(`No media type for the asset ${name}`)
    const content = 'body' in source ? source.body : readFileSync(source.file)
    const body = readyToServe(name, extension, content, href)
    const hash = createHash('sha256').update(body).digest('hex').slice(0, 16)
    const path = `/assets/${stem}.${hash}.${extension}`
    hrefs.set(name, path)
    found.set(path, { body, encoded: encodings(body), type, etag: `"${hash}"` })
  }
  return { href, find: (path) => found.get(path) }
}

function readyToServe(
  name: string,
  extension: string,
  content: Buffer,
  href: (name: string) => string,
): Buffer {
  if (extension === 'js') return linkImports(name, content.toString(), href)
  return extension === 'css' ? withoutComments(content.toString()) : content
}

/** What a style sheet says to its readers here is a tenth of it. */
const withoutComments = (sheet: string): Buffer => Buffer.from(sheet.replace(/\/\*[\s\S]*?\*\/\n?/g, ''))

function encodings(body: Buffer): Asset['encoded'] {
  const made = new Map<string, Promise<Buffer>>()
  return (encoding) => {
    const encoded = made.get(encoding) ?? (encoding === 'br' ? toBrotli(body) : toGzip(body))
    made.set(encoding, encoded)
    return encoded
  }
}

const toGzip = promisify<Buffer, Buffer>(gzip)

/** The last tenth off a large script would make whoever comes first wait for it. */
const toBrotli = (body: Buffer): Promise<Buffer> =>
  promisify(brotliCompress)(body, {
    params: { [constants.BROTLI_PARAM_QUALITY]: body.length > 65_536 ? 9 : 11 },
  })

const IMPORT = /^(import [^'\n]*|\} from )'([^']+)'$/gm

/** An import map would be an inline script, which no policy of ours allows; so each import names its file itself. */
function linkImports(name: string, script: string, href: (name: string) => string): Buffer {
  const linked = script.replace(IMPORT, (_, before: string, specifier: string) => {
    const { pathname } = new URL(specifier, `asset:///${name}`)
    return `${before}'${href(pathname.slice(1).replace(/(\.js)?$/, '.js'))}'`
  })
  // Maps of packages are not served.
  return Buffer.from(linked.replace(/^\/\/# sourceMappingURL=.*$/m, ''))
}
