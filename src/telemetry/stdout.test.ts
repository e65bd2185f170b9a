import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'

const LOGGER = new URL('./logger.ts', import.meta.url).href

/** A process of its own that logs so many lines and then does what `ending` says; its stdout is a pipe to us. */
function logs(count: number, ending: string): ChildProcessByStdio<null, Readable, Readable> {
  const script = `
    import { createLogger } from ${JSON.stringify(LOGGER)}
    const log = createLogger({ level: 'info' })
    for (let n = 0; n < ${count}; n++) log.info({ count: n, ua: 'x'.repeat(200) }, 'line')
    ${ending}`
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] })
}

test('a line is out when the process ends right behind it', async () => {
  const child = logs(20, 'process.exit(0)')
  const lines = (await text(child.stdout)).trimEnd().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { count: number }).count)).toEqual([...Array(20).keys()])
})

test('flush waits for a reader that takes its time', async () => {
  const child = logs(5000, 'await log.flush(); process.exit(0)')
  const lines = (await text(child.stdout)).trimEnd().split('\n')
  expect(lines).toHaveLength(5000)
})

test('F-127 a reader that has stopped holds nothing up, and the process still ends', async () => {
  const child = logs(
    100_000,
    'await log.flush(); process.stderr.write(String(process.stdout.writableLength)); process.exit(0)',
  )
  const held = text(child.stderr)
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(Number(await held)).toBeGreaterThan(1_000_000)
  expect(Number(await held)).toBeLessThan(9_000_000)
  child.stdout.destroy()
})

test('a reader that went away ends the log, not the service', async () => {
  const child = logs(
    1,
    "let turns = 0; setInterval(() => (turns++ < 20 ? log.info({}, 'late') : process.exit(7)), 1)",
  )
  child.stdout.destroy()
  expect(await once(child, 'exit')).toEqual([7, null])
})
