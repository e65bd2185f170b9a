/** Rotation, retirement and compromise of data keys, on a store in memory and under a clock of the test's. */
import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { compromiseDataKeys, compromiseFieldKeys } from './compromise-data-keys.ts'
import { KNOWN_WITHIN } from './data-key-states.ts'
import { loadDataKeys, MasterKeyMismatch } from './data-keys.ts'
import type { DataKeysRepository, StoredDataKey } from './data-keys-repository.ts'
import { createMasterKeys } from './master-keys.ts'
import { retireDataKey } from './retire-data-key.ts'
import { rotateDataKey } from './rotate-data-key.ts'

const lives = { pepper: 90_000, cookie: 90_000, refresh: 30_000, field: 0, audit: 0 }
const [oldMaster, newMaster] = [randomBytes(32), randomBytes(32)]

let now: number
let keys: StoredDataKey[]
beforeEach(() => {
  now = 1_000_000
  keys = []
})

const named = (purpose: string, number: number) =>
  keys.find((key) => key.purpose === purpose && key.number === number)
const repository: DataKeysRepository = {
  read: async () => ({ now, keys: structuredClone(keys).map(asBuffers) }),
  add: async ({ purpose, number, usableIn, wraps }) => {
    if (named(purpose, number) !== undefined) return false
    const times = { createdAt: now, usableFrom: now + usableIn, ended: undefined, endedAt: undefined }
    keys.push({ purpose, number, ...times, wraps: [...wraps] })
    return true
  },
  addWrap: async (purpose, number, wrap) => void named(purpose, number)?.wraps.push(wrap),
  end: async ({ purpose, number }, ended, copies) => {
    const key = named(purpose, number)
    if (key !== undefined)
      Object.assign(key, { ended, endedAt: now, ...(copies === 'delete' && { wraps: [] }) })
  },
  keepWrapsOf: async (ids) => {
    const before = keys.flatMap(({ wraps }) => wraps).length
    for (const key of keys) key.wraps = key.wraps.filter(({ masterId }) => ids.includes(masterId))
    return before - keys.flatMap(({ wraps }) => wraps).length
  },
  alone: (work) => work(repository),
}
/** `structuredClone` makes plain byte arrays of buffers. */
const asBuffers = (key: StoredDataKey): StoredDataKey => ({
  ...key,
  wraps: key.wraps.map(({ masterId, wrapped }) => ({ masterId, wrapped: Buffer.from(wrapped) })),
})

const use = (...masters: Buffer[]) => ({ repository, masters: createMasterKeys(masters), lives })
const load = (...masters: Buffer[]) => loadDataKeys(use(...masters))
const rotate = rotateDataKey(use(oldMaster))
const numbers = (some: readonly { number: number }[]) => some.map(({ number }) => number)

describe('data keys of a running node', () => {
  it('are number 1 of each purpose at the first start, and the same ones at the next', async () => {
    const [first, second] = [await load(oldMaster), await load(oldMaster)]
    for (const purpose of ['pepper', 'cookie', 'refresh', 'field'] as const) {
      expect(first.current(purpose)).toMatchObject({ number: 1 })
      expect(second.current(purpose).key).toEqual(first.current(purpose).key)
    }
  })

  it('are honoured as soon as they are announced, and used from their time on', async () => {
    const [node, slow] = [await load(oldMaster), await load(oldMaster)]
    expect(await rotate('cookie', 10_000)).toEqual({ ok: true, number: 2, usableFrom: now + 10_000 })
    await node.reread()
    expect([node.current('cookie').number, numbers(node.living('cookie'))]).toEqual([1, [1, 2]])
    expect(numbers(slow.living('cookie'))).toEqual([1])
    now += 10_000
    await Promise.all([node.reread(), slow.reread()])
    for (const { current, living } of [node, slow])
      expect([current('cookie').number, numbers(living('cookie'))]).toEqual([2, [2, 1]])
    expect(node.living('refresh')).toHaveLength(1)
  })

  it('are the same objects before and after, so that what was made of them stays', async () => {
    const node = await load(oldMaster)
    const before = node.current('pepper')
    await rotate('cookie', 0)
    await node.reread()
    expect(node.current('pepper')).toBe(before)
    expect(node.living('cookie')[1]?.key).toBe(node.byNumber('cookie', 1))
  })

  it('that are due are honoured no more, but read by until they are retired', async () => {
    const node = await load(oldMaster)
    await rotate('cookie', 0)
    now += lives.cookie + KNOWN_WITHIN
    await node.reread()
    expect([numbers(node.living('cookie')), numbers(node.all('cookie'))]).toEqual([[2], [1, 2]])
  })

  it('go on as they are when a change can’t be opened, and the failure is told', async () => {
    const node = await load(oldMaster)
    await rotateDataKey(use(oldMaster, newMaster))('refresh', 0)
    await repository.keepWrapsOf(createMasterKeys([newMaster]).ids)
    await expect(node.reread()).rejects.toThrow(MasterKeyMismatch)
    expect(node.current('refresh').number).toBe(1)
  })

  it('take in what was read later last, however the reads overlap', async () => {
    const node = await load(oldMaster)
    const early = node.reread()
    await rotate('refresh', 0)
    await Promise.all([early, node.reread()])
    expect(node.current('refresh').number).toBe(2)
  })
})

describe('a rotation', () => {
  it('waits for the one that is announced', async () => {
    await load(oldMaster)
    await rotate('field', 5000)
    expect(await rotate('field', 9000)).toEqual({
      ok: false,
      reason: 'announced',
      number: 2,
      usableFrom: now + 5000,
    })
  })

  it('of the pepper waits until nothing of the one before the last may live', async () => {
    await load(oldMaster)
    expect(await rotate('pepper', 0)).toMatchObject({ ok: true, number: 2 })
    const notBefore = now + lives.pepper + KNOWN_WITHIN
    now += 1000
    expect(await rotate('pepper', 0)).toEqual({ ok: false, reason: 'too_early', notBefore })
    expect(await rotate('pepper', notBefore - now)).toMatchObject({ ok: true, number: 3 })
  })

  it('of the others may come at any time', async () => {
    await load(oldMaster)
    for (const purpose of ['cookie', 'refresh', 'field'] as const)
      for (const number of [2, 3, 4]) expect(await rotate(purpose, 0)).toMatchObject({ ok: true, number })
  })

  it('never gives a number out again, whatever has ended', async () => {
    await load(oldMaster)
    await rotate('refresh', 0)
    for (const key of keys) await repository.end(key, 'retired', 'delete')
    expect(await rotate('refresh', 0)).toMatchObject({ number: 3 })
  })

  it('of refresh goes on past 255, but not onto a byte that a living key has', async () => {
    await load(oldMaster)
    await repository.add({ purpose: 'refresh', number: 256, usableIn: 0, wraps: [] })
    expect(await rotate('refresh', 0)).toEqual({ ok: false, reason: 'number_in_use', number: 1 })
    await repository.end({ purpose: 'refresh', number: 1 }, 'retired', 'delete')
    expect(await rotate('refresh', 0)).toMatchObject({ ok: true, number: 257 })
  })

  it('is refused while copies are under a master key that this list lacks', async () => {
    await load(oldMaster)
    await load(newMaster, oldMaster)
    expect(await rotateDataKey(use(newMaster))('cookie', 0)).toEqual({
      ok: false,
      reason: 'unlisted_masters',
      count: 5,
    })
    await repository.keepWrapsOf(createMasterKeys([newMaster]).ids)
    expect(await rotateDataKey(use(newMaster))('cookie', 0)).toMatchObject({ ok: true })
  })
})

describe('a list of master keys', () => {
  it('F-154 a new first one opens everything by itself, once it has been there', async () => {
    const before = await load(oldMaster)
    await expect(load(newMaster)).rejects.toThrow(MasterKeyMismatch)
    await load(newMaster, oldMaster)
    expect((await load(newMaster)).current('field').key).toEqual(before.current('field').key)
  })

  it('F-154 what was deleted under a former one is not brought back by a node that goes on with it', async () => {
    const node = await load(oldMaster, newMaster)
    expect(await repository.keepWrapsOf(createMasterKeys([newMaster]).ids)).toBe(5)
    await node.reread()
    expect(keys.map(({ wraps }) => wraps.length)).toEqual([1, 1, 1, 1, 1])
    expect(node.current('pepper').number).toBe(1)
  })
})

describe('the end of a key', () => {
  const retire = (purpose: 'refresh' | 'pepper', number: number, names: string[] = []) =>
    retireDataKey({ repository, lives, free: async () => names })(purpose, number)

  it('comes when nothing needs it, and takes every copy', async () => {
    await load(oldMaster)
    expect(await retire('refresh', 1)).toEqual({ ok: false, reason: 'in_use' })
    await rotate('refresh', 0)
    const until = now + lives.refresh + KNOWN_WITHIN
    expect(await retire('refresh', 1)).toEqual({ ok: false, reason: 'needed', until })
    now = until
    expect(await retire('refresh', 1)).toEqual({ ok: true })
    expect(named('refresh', 1)).toMatchObject({ ended: 'retired', wraps: [] })
    expect(await retire('refresh', 1)).toEqual({ ok: false, reason: 'retired' })
    expect(await retire('refresh', 7)).toEqual({ ok: false, reason: 'unknown' })
    expect(numbers((await load(oldMaster)).all('refresh'))).toEqual([2])
  })

  it('does not come while somebody depends on it', async () => {
    await load(oldMaster)
    await rotate('pepper', 0)
    now += lives.pepper + KNOWN_WITHIN
    expect(await retire('pepper', 1, ['portal'])).toEqual({ ok: false, reason: 'used_by', names: ['portal'] })
    expect(named('pepper', 1)?.wraps).toHaveLength(1)
  })

  it('by compromise is at once: a new one, and none of before is honoured, announced ones neither', async () => {
    const node = await load(oldMaster)
    await rotate('refresh', 0)
    await rotate('refresh', 10_000)
    expect(await compromiseDataKeys(use(oldMaster))('refresh')).toEqual({ ok: true, number: 4 })
    await node.reread()
    expect([numbers(node.living('refresh')), numbers(node.all('refresh'))]).toEqual([[4], [4]])
    now += 10_000
    await node.reread()
    expect(node.current('refresh').number).toBe(4)
  })

  it('of a compromised pepper leaves it for what has only a hash, also under another master key', async () => {
    const node = await load(oldMaster)
    await compromiseDataKeys(use(oldMaster))('pepper')
    await node.reread()
    expect([numbers(node.living('pepper')), numbers(node.all('pepper'))]).toEqual([[2], [1, 2]])
    await load(newMaster, oldMaster)
    await repository.keepWrapsOf(createMasterKeys([newMaster]).ids)
    const later = await load(newMaster)
    expect(later.byNumber('pepper', 1)).toEqual(node.byNumber('pepper', 1))
  })

  it('of compromised field keys waits for what was sealed meanwhile', async () => {
    await load(oldMaster)
    const steps: string[] = []
    const outcome = await compromiseFieldKeys({
      ...use(oldMaster),
      announce: async () => void steps.push('announce'),
      settle: async () => void steps.push('settle'),
      reseal: async () => {
        steps.push(`reseal while 1 is ${named('field', 1)?.ended ?? 'there'}`)
        return { count: 2, left: false }
      },
    })()
    expect(outcome).toEqual({ ok: true, number: 2, count: 4 })
    expect(steps).toEqual(['announce', 'reseal while 1 is there', 'settle', 'reseal while 1 is there'])
    expect(named('field', 1)).toMatchObject({ ended: 'compromised', wraps: [] })
  })

  it('of compromised field keys does not come while a value is left', async () => {
    await load(oldMaster)
    const compromise = compromiseFieldKeys({
      ...use(oldMaster),
      announce: async () => {},
      settle: async () => {},
      reseal: async () => ({ count: 0, left: true }),
    })
    await expect(compromise()).rejects.toThrow('try again')
    expect(named('field', 1)?.wraps).toHaveLength(1)
  })
})
