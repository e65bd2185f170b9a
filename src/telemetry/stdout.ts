import { setTimeout as wait } from 'node:timers/promises'
import type { LogSink } from './logger.ts'

/** Of a reader that fell behind. Lines beyond it are lost: no request waits for a log. */
const HELD_BYTES = 8 * 1024 * 1024
const FLUSH_MS = 1000

/**
 * Node's own stream, not pino's: its writes to a pipe reach the kernel at once where there is room, and wait in memory
 * where there is none. Pino's writes in a thread, and a reader that has stopped then keeps the process from ever ending.
 *
 * The lines of one turn of the event loop go out together at its end, as each write costs a request more than its line
 * does. Whatever ends the process by way of JavaScript writes them first; a kill loses the last turn's at most.
 */
export function openStdout(stream: NodeJS.WriteStream = process.stdout): LogSink {
  // A full disk or a reader that went away ends the log, not the service.
  stream.on('error', () => undefined)
  let lines = ''
  const writeOut = (): void => {
    const written = lines
    lines = ''
    if (written !== '') stream.write(written)
  }
  process.on('exit', writeOut)
  const drained = () =>
    new Promise<void>((resolve) => {
      writeOut()
      stream.write('', () => resolve())
    })
  return {
    write: (line) => {
      if (stream.writableLength + lines.length >= HELD_BYTES) return
      if (lines === '') setImmediate(writeOut)
      lines += line
    },
    flush: () => Promise.race([drained(), wait(FLUSH_MS, undefined, { ref: false })]),
  }
}
