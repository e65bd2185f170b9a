import { fileURLToPath } from 'node:url'
import { AppError } from '../shared/app-error.ts'
import { scrub, scrubForeign, visible } from './scrub.ts'

/** All that a log line says of an error. Whatever else hangs on it (query, parameters, request, input) stays out. */
export interface ErrorFields {
  name: string
  code?: string
  message: string
  /** Of an `AppError`: what only the log may know. */
  detail?: string
  /** Frames of our own code: names and places, never values. */
  stack?: string[]
  cause?: ErrorFields
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FRAMES = 10
const CAUSES = 3

const isWord = (value: unknown): value is string => typeof value === 'string' && /^[\w.-]{1,64}$/.test(value)

/** `name (src/file.ts:1:2)`; undefined for a frame of somebody else's code. */
function ownFrame(line: string): string | undefined {
  const [, name, place] = /^ {4}at (?:(.*?) \()?((?:file:\/\/)?\/[^()]*:\d+:\d+)\)?$/.exec(line) ?? []
  const path = place?.replace(/^file:\/\//, '')
  if (path === undefined || !path.startsWith(ROOT) || path.includes('/node_modules/')) return undefined
  const short = path.slice(ROOT.length)
  return name === undefined ? short : `${visible(name, 80)} (${short})`
}

/** A message may hold lines that look like frames, so frames are only sought behind it. */
function ownFrames(error: Error): string[] {
  const stack = typeof error.stack === 'string' ? error.stack : ''
  const start = stack.indexOf(error.message)
  if (start === -1) return []
  return stack
    .slice(start + error.message.length)
    .split('\n')
    .map(ownFrame)
    .filter((frame) => frame !== undefined)
    .slice(0, FRAMES)
}

/** `depth` ends a chain of causes, and a ring of them. */
export function errorFields(error: unknown, withStack: boolean, depth = 0): ErrorFields {
  // Something else was thrown, a string perhaps: its text could be anything.
  if (!(error instanceof Error)) return { name: typeof error, message: 'not an error' }
  const own = error instanceof AppError
  const code = 'code' in error && isWord(error.code) ? error.code : undefined
  const frames = withStack ? ownFrames(error) : []
  const cause = depth < CAUSES && error.cause !== undefined
  return {
    name: isWord(error.name) ? error.name : 'Error',
    ...(code !== undefined && { code }),
    message: visible((own ? scrub : scrubForeign)(String(error.message).slice(0, 2000)), 500),
    ...(own && error.detail !== undefined && { detail: visible(scrub(error.detail.slice(0, 2000)), 500) }),
    ...(frames.length > 0 && { stack: frames }),
    ...(cause && { cause: errorFields(error.cause, withStack, depth + 1) }),
  }
}
