/** CSV (RFC 4180) as it comes: commas, semicolons or tabs between the columns, which the first line may name. */
import { BadFile, type Placed } from './source.ts'

const LONGEST = 1024 * 1024

export async function* csvRecords(
  chunks: AsyncIterable<Uint8Array>,
): AsyncIterable<Placed<Record<string, string>>> {
  let names: string[] | undefined
  for await (const { line, value: cells } of csvRows(chunks)) {
    if (cells.length === 1 && cells[0] === '') continue
    if (names === undefined) names = cells.map((cell) => cell.trim())
    else yield { line, value: Object.fromEntries(names.map((name, n) => [name, cells[n] ?? ''])) }
  }
}

/** Where no line names the columns. */
export async function* csvRows(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Placed<string[]>> {
  // Takes a byte order mark away.
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const state = { line: 1, began: 1, cells: [] as string[], cell: '', quoted: false, closed: false }
  let separator: string | undefined
  let before = ''
  for await (const chunk of chunks) {
    before += decoder.decode(chunk, { stream: true })
    // The first line decides, so it has to be there.
    if (separator === undefined && !before.includes('\n') && before.length < LONGEST) continue
    separator ??= separatorOf(before)
    yield* rowsOf(before, separator, state)
    before = ''
  }
  before += decoder.decode()
  yield* rowsOf(before, separator ?? separatorOf(before), state)
  if (state.quoted) throw new BadFile(`it ends inside of quotation marks, opened at line ${state.began}`)
  if (state.cells.length > 0 || state.cell !== '')
    yield { line: state.began, value: [...state.cells, state.cell] }
}

function separatorOf(text: string): string {
  const [first = ''] = text.split('\n')
  const count = (separator: string): number => first.split(separator).length
  return [',', ';', '\t'].reduce((best, other) => (count(other) > count(best) ? other : best))
}

interface CsvState {
  line: number
  began: number
  cells: string[]
  cell: string
  quoted: boolean
  /** A quotation mark was closed: another one at once means the mark itself. */
  closed: boolean
}

function* rowsOf(text: string, separator: string, state: CsvState): Iterable<Placed<string[]>> {
  for (const char of text) {
    if (char === '\n') state.line += 1
    if (state.quoted) {
      if (char === '"') {
        state.quoted = false
        state.closed = true
      } else state.cell += char
    } else if (char === '"' && (state.closed || state.cell === '')) {
      if (state.closed) state.cell += char
      state.quoted = true
      state.closed = false
    } else if (char === separator) {
      state.cells.push(state.cell)
      state.cell = ''
      state.closed = false
    } else if (char === '\n') {
      yield { line: state.began, value: [...state.cells, state.cell.replace(/\r$/, '')] }
      Object.assign(state, { began: state.line, cells: [], cell: '', closed: false })
    } else state.cell += char
    if (state.cell.length > LONGEST)
      throw new BadFile(`line ${state.began}: a cell is longer than 1 MB, this is no such file`)
  }
}
