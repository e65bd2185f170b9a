/**
 * Where templates, words and styles are read from: our own `views`, and an operator's folder (`VIEWS_DIR`) whose files take
 * the place of ours by name. Scripts can't be replaced: what runs on a page that takes passwords is ours.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CATALOGUES, type Catalogue, type Locale } from './locales.ts'
import { checkCatalogues } from './messages.ts'

export interface ViewFiles {
  /** Of a file below `views`, such as `layout.eta`. */
  pathOf(name: string): string
  catalogues: Record<Locale, Catalogue>
  /** Names of the templates that are not ours. */
  replaced: readonly string[]
}

const OURS = fileURLToPath(new URL('../../views/', import.meta.url))

export const OUR_VIEWS: ViewFiles = {
  pathOf: (name) => join(OURS, name),
  catalogues: CATALOGUES,
  replaced: [],
}

/** What an operator gave can't be used; the message begins with the file's path. */
export class ViewFault extends Error {
  constructor(path: string, why: string, cause?: unknown) {
    super(`${path} ${why}`, { cause })
    this.name = 'ViewFault'
  }
}

const LOCALE = /^locales\/([A-Za-z\d-]+)\.json$/
/** What may stand in a folder of an operator's, if there is one of ours. */
const REPLACEABLE = /^(?!playground\/).+\.eta$|^assets\/[^/]+\.(?:css|svg)$/

/** Reads names and words, and throws where one of them has no use. */
export function openViews(folder: string): ViewFiles {
  const names = filesBelow(folder)
  for (const name of names) {
    const replaces = REPLACEABLE.test(name) && existsSync(join(OURS, name))
    if (!LOCALE.test(name) && !replaces) throw new ViewFault(join(folder, name), 'takes the place of nothing')
  }
  const given = new Set(names)
  return {
    pathOf: (name) => join(given.has(name) ? folder : OURS, name),
    catalogues: withWordsOf(
      folder,
      names.filter((name) => LOCALE.test(name)),
    ),
    replaced: names.filter((name) => name.endsWith('.eta')).map((name) => name.replace(/\.eta$/, '')),
  }
}

/** Names with a dot in front are the file system's, or those that Kubernetes mounts a volume by. */
function filesBelow(folder: string, inside = ''): string[] {
  const names = readdirSync(join(folder, inside)).filter((name) => !name.startsWith('.'))
  return names.flatMap((name) => {
    const path = inside === '' ? name : `${inside}/${name}`
    return statSync(join(folder, path)).isDirectory() ? filesBelow(folder, path) : [path]
  })
}

/** Over the words of ours, key by key; a language of their own falls back to the first of ours. */
function withWordsOf(folder: string, names: readonly string[]): Record<Locale, Catalogue> {
  const catalogues = { ...CATALOGUES }
  const [fallback] = Object.values(CATALOGUES)
  for (const name of names) {
    const path = join(folder, name)
    const [, tag = ''] = LOCALE.exec(name) ?? []
    try {
      const [locale = tag] = Intl.getCanonicalLocales(tag)
      catalogues[locale] = { ...(catalogues[locale] ?? fallback), ...readWords(path) } as Catalogue
      checkCatalogues(catalogues)
    } catch (cause) {
      throw new ViewFault(path, `can’t be used: ${cause instanceof Error ? cause.message : cause}`, cause)
    }
  }
  return catalogues
}

function readWords(path: string): Record<string, string> {
  const words: unknown = JSON.parse(readFileSync(path, 'utf8'))
  const areWords =
    typeof words === 'object' &&
    words !== null &&
    !Array.isArray(words) &&
    Object.values(words).every((text) => typeof text === 'string')
  if (!areWords) throw new Error('it must be an object of texts by their keys')
  return words as Record<string, string>
}
