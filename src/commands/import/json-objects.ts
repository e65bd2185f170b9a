/**
 * The objects of a JSON file one after the other, however long it is: those of an array on top, of an array under a key of
 * the object on top, or simply in a row (one a line, say). Between them nothing is kept.
 */
import { BadFile, type Placed } from './source.ts'

/** A person's record is a thousandth of it. */
const LONGEST = 4 * 1024 * 1024

/** `undefined` for an object that can't be read. */
export async function* jsonObjects(
  chunks: AsyncIterable<Uint8Array>,
  key?: string,
): AsyncIterable<Placed<unknown>> {
  const scan = createScan(key)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const chunk of chunks) yield* scan.read(decoder.decode(chunk, { stream: true }))
  decoder.decode()
  yield* scan.end()
}

/** `noise`: what is no JSON, to the end of its line. */
type Where = 'between' | 'text' | 'escape' | 'noise'

function createScan(key: string | undefined) {
  let line = 1
  let where: Where = 'between'
  /** Brackets that are open, outside of what is taken. */
  let open = ''
  const unknown = key === undefined ? undefined : Number.NaN
  /** How many brackets are open where what is taken begins; undefined: any number, NaN: none yet. */
  let level: number | undefined = unknown
  let text = ''
  /** Brackets that are open within an object, and what of it came with earlier chunks. */
  let inside = 0
  let parts: string[] = []
  let size = 0
  let began = 0

  function* read(chunk: string): Iterable<Placed<unknown>> {
    let from = 0
    for (let at = 0; at < chunk.length; at++) {
      const char = chunk.charAt(at)
      if (char === '\n') line += 1
      if (where === 'noise') {
        if (char !== '\n') continue
        where = 'between'
        yield { line: began, value: undefined }
      } else if (where === 'escape') where = 'text'
      else if (where === 'text') {
        if (char === '\\') where = 'escape'
        else if (char === '"') where = 'between'
        if (inside === 0 && open === '{' && where === 'text') text += char
      } else if (inside === 0 && open === '' && !/[\s,[\]{}]/.test(char)) {
        where = 'noise'
        began = line
      } else if (char === '"') {
        where = 'text'
        if (inside === 0) text = ''
      } else if (inside > 0) {
        if (char === '{' || char === '[') inside += 1
        else if (char === '}' || char === ']') inside -= 1
        if (inside === 0) {
          yield { line: began, value: parse(parts.join('') + chunk.slice(from, at + 1)) }
          parts = []
          size = 0
        }
      } else if (char === '[') {
        if (open === '' || (open === '{' && text === key)) level = open.length + 1
        open += char
      } else if (char === '{') {
        if (level === undefined || open.length === level) {
          from = at
          began = line
          inside = 1
        } else open += char
      } else if (char === '}' || char === ']') {
        open = open.slice(0, -1)
        // What else is on top are no records.
        if (level !== undefined && open.length < level) level = unknown
      }
    }
    if (inside > 0) {
      parts.push(chunk.slice(from))
      size += chunk.length - from
      if (size > LONGEST)
        throw new BadFile(`line ${began}: a record is longer than 4 MB, this is no such file`)
    }
  }
  return {
    read,
    end: (): Placed<unknown>[] => {
      if (inside > 0 || open !== '' || where === 'text' || where === 'escape')
        throw new BadFile(`it ends in the middle of a record, at line ${line}`)
      return where === 'noise' ? [{ line: began, value: undefined }] : []
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
