/** How far a long job is: on a terminal in one line that is written over, otherwise a line now and then. */
import type { Clock } from '../../shared/clock.ts'

export interface Progress {
  /** `done` of `total` bytes read, which were so many people. */
  tell(people: number, done: number): void
  /** Takes the line away, before something else is written or when all is done. */
  clear(): void
}

export interface ProgressUse {
  clock: Clock
  total: number
  /** To a terminal; undefined where there is none. */
  overwrite: ((text: string) => void) | undefined
  say: (text: string) => void
}

const EVERY_MS = { terminal: 200, lines: 10_000 }
const CLEAR = '\r\u001b[K'

export function createProgress({ clock, total, overwrite, say }: ProgressUse): Progress {
  const began = clock.now()
  let told = began
  let shown = false
  return {
    tell: (people, done) => {
      const now = clock.now()
      if (now - told < (overwrite ? EVERY_MS.terminal : EVERY_MS.lines)) return
      told = now
      const line = lineOf(people, total === 0 ? 1 : done / total, now - began)
      if (overwrite === undefined) return say(line)
      overwrite(CLEAR + line)
      shown = true
    },
    clear: () => {
      if (shown) overwrite?.(CLEAR)
      shown = false
    },
  }
}

const count = new Intl.NumberFormat('en')

function lineOf(people: number, part: number, ms: number): string {
  const left = part > 0 ? Math.ceil((ms / part - ms) / 1000) : 0
  const rate = Math.round(people / (ms / 1000))
  return `${count.format(people)} people · ${Math.floor(part * 100)} % · ${count.format(rate)}/s · ${left} s left`
}
