/**
 * The log: JSON lines on stdout, of fields that `log-event.ts` lists and nothing else. It is read by people with less
 * right than those it speaks of, and kept for long, so what can't be in it can't leak from it.
 */
import { type BaseLogger, pino } from 'pino'
import { type Clock, systemClock } from '../shared/clock.ts'
import { type LogEvent, toFields, toMessage } from './log-event.ts'
import { openStdout } from './stdout.ts'

export type { LogEvent } from './log-event.ts'

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
export type LogLevel = (typeof LEVELS)[number]

export interface Logger extends Readonly<Record<LogLevel, (event: LogEvent, msg: string) => void>> {
  /** A logger each of whose lines carries these fields too. */
  child(context: LogEvent): Logger
  /** Waits, a second at most, for what the reader of the log has not taken yet: before the process ends. */
  flush(): Promise<void>
}

/** Takes one line at a time, line end included. */
export interface LogSink {
  write(line: string): void
  flush?(): Promise<void>
}

export interface LoggerOptions {
  level: LogLevel
  /** Instead of stdout. */
  destination?: LogSink
  clock?: Clock
}

/** Levels at which a fault of ours is told with its frames, or every one while somebody looks for one. */
const showsStack = (level: LogLevel, least: LogLevel) =>
  level === 'error' || level === 'fatal' || least === 'debug' || least === 'trace'

export function createLogger({ level: least, destination, clock = systemClock }: LoggerOptions): Logger {
  const sink: LogSink = destination ?? openStdout()
  const lines: BaseLogger & { isLevelEnabled(level: string): boolean } = pino(
    {
      level: least,
      base: null,
      formatters: { level: (label) => ({ level: label }) },
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
    },
    sink,
  )
  const open = (context: Record<string, unknown>): Logger => {
    const write = (level: LogLevel) => (event: LogEvent, msg: string) => {
      if (!lines.isLevelEnabled(level)) return
      lines[level]({ ...context, ...toFields(event, showsStack(level, least)) }, toMessage(msg))
    }
    return {
      trace: write('trace'),
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      fatal: write('fatal'),
      // A request's own fields are the same in each of its lines: made ready once.
      child: (more) => open({ ...context, ...toFields(more, showsStack('info', least)) }),
      flush: async () => sink.flush?.(),
    }
  }
  return open({})
}
