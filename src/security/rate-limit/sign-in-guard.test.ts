import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createMemoryCounters } from '../../../adapters/counters.ts'
import { createDeviceCookies, newDeviceId } from '../device-cookie.ts'
import { createKeyedHash } from '../keyed-hash.ts'
import { type Attempt, createSignInGuard } from './sign-in-guard.ts'

const key = Buffer.alloc(32, 1)

/** A house of one node whose names know no case. */
function open(account = 10, address = 100) {
  const time = { now: 1_000_000 }
  const told: string[] = []
  const sprays: object[] = []
  const guard = createSignInGuard({
    counters: createMemoryCounters(),
    clock: { now: () => time.now },
    limits: {
      loginAccount: { count: account, windowMs: 900_000 },
      loginAddress: { count: address, windowMs: 900_000 },
    },
    hash: createKeyedHash(key),
    devices: createDeviceCookies({ keys: () => [{ key }], issuer: 'http://localhost:3000' }),
    nameOf: (typed) => typed.toLowerCase(),
    onRefused: (limiter) => told.push(limiter),
    onSprayed: (spray) => sprays.push(spray),
  })
  const attempt = async (
    username: string,
    ip = '192.0.2.1',
    cookieHeader?: string,
  ): Promise<Attempt | string> => {
    const admission = await guard.admit({ ip, cookieHeader, username })
    return admission.ok ? admission.attempt : admission.refusal.limiter
  }
  const fail = async (username: string, ip?: string, cookieHeader?: string): Promise<string> => {
    const admitted = await attempt(username, ip, cookieHeader)
    if (typeof admitted === 'string') return admitted
    await admitted.failed()
    return 'looked at'
  }
  const succeed = async (username: string, ip?: string, cookieHeader?: string): Promise<string> => {
    const admitted = await attempt(username, ip, cookieHeader)
    if (typeof admitted === 'string') return admitted
    const res = new ServerResponse(new IncomingMessage(new Socket()))
    await admitted.giveBack()
    const deviceId = guard.deviceOf(cookieHeader) ?? newDeviceId()
    guard.remember(res, { cookieHeader, username, deviceId, method: 'password' })
    return String(res.getHeader('set-cookie')).split(';')[0] ?? ''
  }
  return { time, told, sprays, attempt, fail, succeed }
}

const times = async <T>(count: number, one: (n: number) => Promise<T>): Promise<T[]> => {
  const answers: T[] = []
  for (let n = 0; n < count; n++) answers.push(await one(n))
  return answers
}

describe('the guard of sign-in', () => {
  it('L-11 lets as many as allowed be under way; another waits until one has come to nothing', async () => {
    const { attempt, told } = open(2)
    const first = await attempt('ada')
    await attempt('ada')
    let third: Attempt | string | undefined
    const waiting = attempt('ada').then((answer) => {
      third = answer
    })
    await delay(300)
    expect(third).toBeUndefined()
    if (typeof first === 'object') await first.giveBack()
    await waiting
    expect(typeof third).toBe('object')
    expect(told).toEqual([])
  })

  it('L-11 who waits for tries that fail is refused with them', async () => {
    const { attempt, fail, told } = open(2)
    const [first, second] = [await attempt('ada'), await attempt('ada')]
    const waiting = fail('ada')
    for (const one of [first, second]) if (typeof one === 'object') await one.failed()
    expect(await waiting).toBe('login_account')
    expect(told).toEqual(['login_account'])
  })

  it('keeps nobody waiting for ever', async () => {
    const { attempt, fail } = open(1)
    await attempt('ada')
    expect(await fail('ada')).toBe('login_account')
  })

  it('gives back what was no failure', async () => {
    const { attempt, succeed, fail, time } = open(2)
    for (let n = 0; n < 5; n++) {
      expect(await succeed('ada')).toMatch(/^gh_device=/)
      const admitted = await attempt('ada')
      if (typeof admitted === 'string') throw new Error(admitted)
      await admitted.giveBack()
    }
    expect(await times(3, () => fail('ada'))).toEqual(['looked at', 'looked at', 'login_account'])
    time.now += 1_000
    expect(await succeed('ADA')).toBe('login_account')
  })

  it('makes the later tries wait for each other', async () => {
    const { fail, told } = open(10)
    expect(await times(7, () => fail('ada'))).toEqual([...new Array(6).fill('looked at'), 'login_account'])
    expect(told).toEqual(['login_account'])
  })

  it('takes nothing from an account when its address is full, and the other way round', async () => {
    const { fail, time } = open(3, 3)
    expect(await times(4, (n) => fail(`name ${n}`))).toEqual([
      ...new Array(3).fill('looked at'),
      'login_address',
    ])
    time.now += 1_000
    // Nothing of the refused try was counted against the name.
    expect(await times(4, (n) => fail('name 3', `198.51.${n}.1`))).toEqual([
      ...new Array(3).fill('looked at'),
      'login_account',
    ])
  })

  it('A-406 a device that was let in has tries of its own, by name', async () => {
    const { fail, succeed } = open(2)
    const cookie = await succeed('ada')
    expect(await times(3, () => fail('ada', '198.51.100.1'))).toContain('login_account')
    expect(await succeed('ada', '192.0.2.1', cookie)).toMatch(/^gh_device=/)
    expect(await times(3, () => fail('ada', '192.0.2.1', cookie))).toEqual([
      'looked at',
      'looked at',
      'login_device',
    ])
    expect(await fail('ada', '198.51.100.2', cookie)).toBe('login_device')
  })

  it('tells of spraying once it begins, by names and not by tries', async () => {
    const { fail, sprays } = open(100, 4)
    await times(2, () => fail('one', '192.0.2.1'))
    await times(2, (n) => fail(`name ${n}`, '192.0.2.2'))
    expect(sprays).toEqual([{ neighbourhood: '192.0.2.0/24', names: 3, began: true }])
    await fail('one', '203.0.113.1')
    expect(sprays.length).toBe(1)
  })
})
