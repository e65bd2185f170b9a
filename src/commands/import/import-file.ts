import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { ImportOptions, ImportOutcome, Newcomer } from '../../accounts/import-users.ts'
import type { Core } from '../../core.ts'
import { bringIdentity, type Places } from '../../methods/identity/bring.ts'
import { bringTotp } from '../../methods/totp/bring.ts'
import { BY_COMMAND } from '../origins.ts'
import { Refusal } from '../refusal.ts'
import { createProgress } from './progress.ts'
import { BadFile, type Placed, type Reader, type ReaderOptions } from './source.ts'
import { toNewcomer } from './to-newcomer.ts'

export interface Tally {
  read: number
  created: number
  completed: number
  unchanged: number
  passed_over: number
  rejected: number
}

export interface ImportFileUse {
  core: Pick<Core, 'importUsers' | 'clock' | 'sealer'>
  reader: Reader
  places: Places
  options: ImportOptions & ReaderOptions
  tally: Tally
  say: (text: string) => void
  /** To a terminal, without a line end. */
  overwrite: ((text: string) => void) | undefined
}

const BATCH = 200

/** As it is read, batch by batch: what was made stays, and a second run goes on where this one ended. */
export async function importFile(use: ImportFileUse, path: string): Promise<void> {
  const { core, reader, options, tally } = use
  const bring = { totp: bringTotp(core.sealer), identity: bringIdentity(use.places) }
  const file = await openFile(path)
  const progress = createProgress({ ...use, clock: core.clock, total: file.size })
  const tell = (line: number, id: string | undefined, words: string): void => {
    progress.clear()
    use.say(`${path}:${line}: ${id === undefined ? '' : `${JSON.stringify(id.slice(0, 100))}: `}${words}`)
  }
  const reject = (line: number, id: string | undefined, reason: string): void => {
    tally.rejected += 1
    tell(line, id, reason)
  }
  let batch: Placed<Newcomer>[] = []
  const flush = async (): Promise<void> => {
    const outcomes = await core.importUsers(
      batch.map(({ value }) => value),
      options,
      BY_COMMAND,
    )
    for (const [n, { line, value }] of batch.entries()) {
      const outcome = outcomes[n] ?? 'unchanged'
      if (isDone(outcome)) tally[outcome] += 1
      else reject(line, value.sourceId, REJECTED[outcome](value))
    }
    batch = []
    progress.tell(tally.read, file.done())
  }
  try {
    for await (const { line, value } of reader.records(file.chunks)) {
      tally.read += 1
      const record = reader.toUser(value, options)
      if (record.ok === 'passed_over') tally.passed_over += 1
      else if (!record.ok) reject(line, undefined, record.reason)
      else {
        const made = toNewcomer(record.user, core.clock.now(), bring)
        if (made.ok) {
          if (batch.some((other) => other.value.sourceId === record.user.id)) await flush()
          batch.push({ line, value: made.newcomer })
        } else reject(line, record.user.id, made.reason)
        if (made.ok && made.leftOut.length > 0)
          tell(line, record.user.id, `left out, as it can’t be so: ${made.leftOut.join(', ')}`)
      }
      if (batch.length === BATCH) await flush()
    }
    await flush()
  } catch (error) {
    // What stands before the fault is good.
    if (error instanceof BadFile || isNoText(error)) await flush()
    throw isNoText(error) ? new BadFile('it is not UTF-8') : error
  } finally {
    progress.clear()
  }
}

/** What a decoder says that takes nothing else. */
const isNoText = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA'

const isDone = (outcome: ImportOutcome): outcome is 'created' | 'completed' | 'unchanged' =>
  outcome === 'created' || outcome === 'completed' || outcome === 'unchanged'

const REJECTED: Readonly<
  Record<Exclude<ImportOutcome, 'created' | 'completed' | 'unchanged'>, (newcomer: Newcomer) => string>
> = {
  email_taken: ({ address }) => `somebody else has the address ${address.email} here`,
  password_unknown: () => 'its password hash is of no kind that is known here',
  password_too_dear: () => 'its password hash asks for more work than a sign-in can bear',
}

interface OpenFile {
  size: number
  chunks: AsyncIterable<Uint8Array>
  /** Bytes read until now. */
  done(): number
}

async function openFile(path: string): Promise<OpenFile> {
  const found = await stat(path).catch((cause: Error) => {
    throw new Refusal(`${path} can’t be read: ${cause.message}`)
  })
  const stream = createReadStream(path, { highWaterMark: 262_144 })
  return { size: found.size, chunks: stream, done: () => stream.bytesRead }
}
