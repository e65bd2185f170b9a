import { setTimeout as wait } from 'node:timers/promises'
import type { LogSink } from './logger.ts'

/** Of a reader that fell behind. Lines beyond it are lost: no request waits for a log. */
const HELD_BYTES = 8 * 1024 * 1024
const FLUSH_MS = 1000

/**
 * Node's own stream, not pino's: its writes to a pipe reach the kernel at once where there is room, so a crash loses
 * nothing, and wait in memory where there is none. Pino's writes in a thread, and a reader that has stopped then
 * keeps the process from ever ending.
 */
export function openStdout(stream: NodeJS.WriteStream = process.stdout): LogSink {
  // A full disk or a reader that went away ends the log, not the service.
  stream.on('error', () => undefined)
  const drained = () => new Promise<void>((resolve) => stream.write('', () => resolve()))
  return {
    write: (line) => {
      if (stream.writableLength < HELD_BYTES) stream.write(line)
    },
    flush: () => Promise.race([drained(), wait(FLUSH_MS, undefined, { ref: false })]),
  }
}
