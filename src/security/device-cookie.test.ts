import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createDeviceCookies, type Device, newDeviceId } from './device-cookie.ts'
import { createKeyedHash } from './keyed-hash.ts'

const keys = () => [{ key: Buffer.alloc(32, 1) }]
const devices = createDeviceCookies({ keys, issuer: 'http://localhost:3000' })

/** The cookie that a sign-in leaves, as a browser sends it back. */
function cookieAfter(accounts: readonly string[], of = devices): string {
  let device: Device | undefined
  let cookie = ''
  for (const account of accounts) {
    const res = new ServerResponse(new IncomingMessage(new Socket()))
    of.remember(res, device, { account, id: device?.id ?? newDeviceId(), method: 'email-code' })
    cookie = String(res.getHeader('set-cookie')).split(';')[0] ?? ''
    device = of.read(cookie)
  }
  return cookie
}
const known = (cookie: string, account: string): boolean => {
  const device = devices.read(cookie)
  return device !== undefined && devices.knows(device, account)
}

describe('a device', () => {
  it('knows the accounts that somebody has signed in to on it, and no other', () => {
    const cookie = cookieAfter(['ada', 'grace'])
    expect(['ada', 'grace', 'mallory'].map((account) => known(cookie, account))).toEqual([true, true, false])
  })

  it('stays the same, however often somebody signs in', () => {
    const [one, other] = [cookieAfter(['ada']), cookieAfter(['ada'])]
    expect(devices.read(one)?.id).not.toBe(devices.read(other)?.id)
    const res = new ServerResponse(new IncomingMessage(new Socket()))
    const id = devices.read(one)?.id ?? ''
    devices.remember(res, devices.read(one), { account: 'ada', id, method: 'email-code' })
    expect(String(res.getHeader('set-cookie'))).toContain(one)
  })

  it('remembers the eight latest', () => {
    const accounts = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'a', 'i']
    const cookie = cookieAfter(accounts)
    expect(known(cookie, 'b')).toBe(false)
    for (const account of 'acdefghi') expect(known(cookie, account)).toBe(true)
    expect(cookie.length).toBeLessThan(300)
  })

  it('says how somebody signed in the last time, and nothing where its cookie is of before it did', () => {
    const cookie = cookieAfter(['ada', 'grace'])
    expect(devices.read(cookie)?.lastMethod).toBe('email-code')
    const [id, marks] = cookie.slice('gh_device='.length).split('.')
    const proof = createKeyedHash(Buffer.alloc(32, 1))('device', `${id}.${marks}`).toString('base64url')
    const former = devices.read(`gh_device=${id}.${marks}.${proof}`)
    expect([former?.id, former?.lastMethod]).toEqual([id, undefined])
  })

  it('shows nothing of the accounts, and is marked otherwise on each device', () => {
    const [one, other] = [cookieAfter(['ada@example.com']), cookieAfter(['ada@example.com'])]
    expect(one).not.toContain('ada')
    expect(devices.read(one)?.marks).not.toEqual(devices.read(other)?.marks)
  })

  it('is a cookie for this host alone where there is https, and lives as long as browsers let it', () => {
    const res = new ServerResponse(new IncomingMessage(new Socket()))
    createDeviceCookies({ keys, issuer: 'https://id.example.com' }).remember(res, undefined, {
      ...{ account: 'ada', id: newDeviceId(), method: 'password' },
    })
    expect(res.getHeader('set-cookie')).toMatch(
      /^__Host-gh_device=[\w.-]+; Path=\/; Max-Age=34560000; HttpOnly; Secure; SameSite=Lax$/,
    )
  })

  const cookie = cookieAfter(['ada'])
  const [id = '', marks = '', method = '', proof = ''] = cookie.slice('gh_device='.length).split('.')
  const other = cookieAfter(['mallory']).slice('gh_device='.length).split('.')
  const elsewhere = createDeviceCookies({
    keys: () => [{ key: Buffer.alloc(32, 2) }],
    issuer: 'http://localhost:3000',
  })

  it.each([
    ['missing', undefined],
    ['empty', 'gh_device='],
    ['sent twice', `${cookie}; ${cookie}`],
    ['of another house', cookieAfter(['ada'], elsewhere)],
    ['with the id of another', `gh_device=${other[0]}.${marks}.${method}.${proof}`],
    ['with the marks of another', `gh_device=${id}.${other[1]}.${method}.${proof}`],
    ['with a mark added', `gh_device=${id}.${marks}${other[1]}.${method}.${proof}`],
    ['with another method', `gh_device=${id}.${marks}.passkey.${proof}`],
    ['without its method', `gh_device=${id}.${marks}.${proof}`],
    ['without its proof', `gh_device=${id}.${marks}.${method}.`],
    ['cut', cookie.slice(0, -1)],
    ['endless', `gh_device=${id}.${marks.repeat(1_000)}.${method}.${proof}`],
  ])('A-406 is a new one when its cookie is %s', (_, header) => {
    expect(devices.read(header)).toBeUndefined()
  })

  it('is known by the keys of before, and remembered by the newest', () => {
    const newer = createDeviceCookies({
      keys: () => [{ key: Buffer.alloc(32, 3) }, ...keys()],
      issuer: 'http://localhost:3000',
    })
    const old = newer.read(cookieAfter(['ada', 'grace']))
    if (old === undefined) throw new Error('the device is not known')
    expect(['ada', 'grace', 'mallory'].map((account) => newer.knows(old, account))).toEqual([
      true,
      true,
      false,
    ])
    const res = new ServerResponse(new IncomingMessage(new Socket()))
    newer.remember(res, old, { account: 'ada', id: old.id, method: 'password' })
    const cookie = String(res.getHeader('set-cookie')).split(';')[0] ?? ''
    const again = newer.read(cookie)
    expect([again?.id, again && newer.knows(again, 'ada'), devices.read(cookie)]).toEqual([
      old.id,
      true,
      undefined,
    ])
  })
})
