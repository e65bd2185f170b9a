import { expect, test } from 'vitest'
import { createHealth } from './health.ts'

const settable = (now = 1_000_000) => {
  const clock = { time: now, now: () => clock.time }
  return clock
}
const names = (readiness: { checks: { name: string; ok: boolean }[] }) =>
  readiness.checks.map(({ name, ok }) => `${ok ? '+' : '-'}${name}`).join(' ')

test('nothing is ready before it has started, whatever the stores say', async () => {
  const health = createHealth()
  health.add('postgresql', async () => undefined)
  const before = await health.ready()
  health.started()
  const after = await health.ready()
  expect([before.ok, names(before), after.ok, names(after)]).toEqual([
    false,
    '-starting +postgresql',
    true,
    '+serving +postgresql',
  ])
})

test('one store away, by rejection or by a throw, is enough for not ready', async () => {
  const health = createHealth()
  health.add('postgresql', async () => undefined)
  health.add('redis', () => Promise.reject(new Error('away')))
  health.add('other', () => {
    throw new Error('away')
  })
  health.started()
  const readiness = await health.ready()
  expect([readiness.ok, names(readiness)]).toEqual([false, '+serving +postgresql -redis -other'])
})

test('shutting down ends readiness at once and for good, a kept answer notwithstanding', async () => {
  const health = createHealth()
  health.started()
  expect((await health.ready()).ok).toBe(true)
  health.shuttingDown()
  health.started()
  expect(await health.ready()).toMatchObject({ ok: false, checks: [{ name: 'stopping' }] })
})

test('a check that hangs is cut, and not started again while it hangs', async () => {
  const clock = settable()
  const health = createHealth({ clock, timeoutMs: 5, cacheMs: 1000 })
  const begun: ((value: undefined) => void)[] = []
  health.add('redis', () => new Promise<undefined>((resolve) => begun.push(resolve)))
  health.started()
  expect((await health.ready()).ok).toBe(false)
  clock.time += 1000
  expect((await health.ready()).ok).toBe(false)
  expect(begun).toHaveLength(1)

  begun[0]?.(undefined)
  clock.time += 1000
  const again = health.ready()
  await Promise.resolve()
  begun[1]?.(undefined)
  expect((await again).ok).toBe(true)
})

test('any number of probes cost a store one call in a while, in either direction of the clock', async () => {
  const clock = settable()
  const health = createHealth({ clock, cacheMs: 1000 })
  let calls = 0
  health.add('redis', async () => {
    calls += 1
  })
  const probe = () => Promise.all(Array.from({ length: 50 }, () => health.ready()))
  await probe()
  clock.time += 999
  await probe()
  expect(calls).toBe(1)
  clock.time += 1
  await probe()
  expect(calls).toBe(2)
  clock.time -= 3_600_000
  await probe()
  expect(calls).toBe(3)
})

test('a store that came back is seen, one that failed by a throw too', async () => {
  const clock = settable()
  const health = createHealth({ clock })
  let away = true
  health.add('redis', () => {
    if (away) throw new Error('away')
    return Promise.resolve()
  })
  health.started()
  expect((await health.ready()).ok).toBe(false)
  away = false
  clock.time += 1000
  expect((await health.ready()).ok).toBe(true)
})
