/**
 * YAML 1.2 (core schema) at the door: plain data, and the place of everything in it. A file may come from a pull
 * request, so what could make it mean more than it shows, or cost more than it weighs, is refused: tags, keys given
 * twice, keys that are no text, aliases without bound, control characters.
 */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml'
import type { Finding, Path, Place } from './finding.ts'

export interface YamlFile {
  data: unknown
  /** Of the field itself, or of what it should stand in. */
  placeOf(path: Path): Place
}

export type ReadYaml = { ok: true; file: YamlFile } | { ok: false; faults: (Finding & Place)[] }

export const MAX_BYTES = 1_000_000
const MAX_ALIASES = 100
const MAX_FAULTS = 50
/** C0 but for tab and line ends, DEL, C1, half a surrogate pair: PostgreSQL or a terminal would stumble over them. */
const CONTROL = /[^\P{Cc}\t\n\r]|\p{Cs}/u

export function readYaml(bytes: Uint8Array): ReadYaml {
  if (bytes.byteLength > MAX_BYTES) return refused('is larger than 1 MB')
  const text = decode(bytes)
  if (text === undefined) return refused('is not UTF-8')
  const lines = new LineCounter()
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    // Looked for below in one pass; the parser compares each key with each.
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
  })
  const place = (offset: number): Place => placeAt(lines, offset)
  const syntax = faultsOfParser(document)
  const faults = syntax.length > 0 ? syntax : faultsOfContent(document)
  if (faults.length > 0)
    return { ok: false, faults: faults.map(({ at, message }) => ({ path: [], message, ...place(at) })) }
  const data = plain(document)
  if (data === undefined) return refused('grows too large by its aliases')
  return { ok: true, file: { data: data.value, placeOf: (path) => place(offsetOf(document, path)) } }
}

interface Fault {
  at: number
  message: string
}

/** The first is the cause, most of the others follow from it. Tokens are not repeated: they may hold a secret. */
const faultsOfParser = ({ errors, warnings }: Document): Fault[] =>
  [...errors.slice(0, 5), ...warnings].map(({ code, message, pos }) => ({
    at: pos[0],
    message: (WORDS[code] ?? message.replace(/: .*/s, '')).replace(/^[A-Z](?=[a-z])/, (c) => c.toLowerCase()),
  }))

const WORDS: Partial<Record<string, string>> = {
  TAG_RESOLVE_FAILED: 'tags are not possible here',
  RESOURCE_EXHAUSTION: 'is nested too deeply',
  MULTIPLE_DOCS: 'a second document begins; one file holds one',
}

function faultsOfContent(document: Document): Fault[] {
  const faults: Fault[] = []
  const say = (node: Node, message: string): void => {
    if (faults.length < MAX_FAULTS) faults.push({ at: node.range?.[0] ?? 0, message })
  }
  let aliases = 0
  visit(document, {
    Alias(_, node) {
      aliases += 1
      if (aliases === MAX_ALIASES + 1) say(node, `more than ${MAX_ALIASES} aliases are not possible`)
      if (node.resolve(document) === undefined)
        say(node, `no anchor &${node.source} stands before this alias`)
    },
    Scalar(_, node) {
      if (typeof node.value === 'string' && CONTROL.test(node.value)) say(node, 'holds a control character')
    },
    Map(_, map) {
      const seen = new Set<string>()
      for (const { key } of map.items) {
        if (!isScalar<unknown>(key) || typeof key.value !== 'string') {
          say(key as Node, 'a field’s name must be text')
          continue
        }
        if (seen.has(key.value)) say(key, `${JSON.stringify(key.value)} is given twice`)
        seen.add(key.value)
      }
    },
  })
  return faults
}

/** The library counts what aliases multiply to, and gives up beyond its bound. */
function plain(document: Document): { value: unknown } | undefined {
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown }
  } catch (error) {
    if (error instanceof ReferenceError) return undefined
    throw error
  }
}

function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents
  let offset = document.contents?.range?.[0] ?? 0
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document)
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === part) : undefined
    const item = isSeq(node) && typeof part === 'number' ? node.items[part] : undefined
    const found = (pair?.key ?? item) as Node | undefined
    if (found === undefined) break
    offset = found.range?.[0] ?? offset
    node = pair === undefined ? item : pair.value
  }
  return offset
}

function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const refused = (message: string): ReadYaml => ({
  ok: false,
  faults: [{ path: [], message, line: 1, column: 1 }],
})
