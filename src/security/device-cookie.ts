/**
 * The device: a long-lived cookie of ours that remembers to which accounts somebody has signed in with this browser, and
 * by which method the last time. It says nothing of a person and signs nobody in; it is why a guesser elsewhere can't lock the owner out, since a device
 * that has been let in before has tries of its own. Nothing is stored here: the cookie proves itself.
 */
import { hash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { newSecret } from '../shared/ids.ts'
import { METHODS, type MethodId } from '../telemetry/metric-labels.ts'
import { readCookie, setCookie } from './cookies.ts'
import { type AskKeys, createKeyedHash, equalBytes, inUse } from './keyed-hash.ts'

export interface Device {
  /** 16 random bytes, base64url. */
  readonly id: string
  /** Marks of accounts, those of the latest sign-ins first. */
  readonly marks: readonly string[]
  /** How somebody began to sign in here the last time, whoever it was. */
  readonly lastMethod: MethodId | undefined
  /** What its cookie was made with. */
  readonly key: Buffer
}

export interface DeviceCookies {
  /** The device that a request comes from; undefined for a new one, or a cookie that is not of our making. */
  read(cookieHeader: string | undefined): Device | undefined
  /** Whether somebody has signed in to the account on it. `account` is any name of it that stays the same. */
  knows(device: Device, account: string): boolean
  /** After a sign-in to the account: a new device gets its cookie, a known one its next. */
  remember(res: ServerResponse, device: Device | undefined, signedIn: SignedInHere): void
}

export interface SignedInHere {
  account: string
  /** The cookie's from now on. */
  id: string
  /** By which it began. */
  method: MethodId
}

export const newDeviceId = (): string => newSecret(16)

/**
 * What a device is called of one person on it: public, the same each time, and nothing to find the cookie by. Two people
 * who share a machine can't be told to.
 */
export const deviceIdOf = (cookieId: string, sub: string): string =>
  hash('sha256', `device ${cookieId} ${sub}`, 'buffer').subarray(0, 16).toString('base64url')

/** Some people have an account of their own, one for work, and share the machine with a family. */
const MOST_MARKS = 8
/** 12 bytes in base64url: a mark is only compared on the device that it was made for. */
const MARK_LENGTH = 16
const VALUE = new RegExp(
  `^(([\\w-]{22})\\.((?:[\\w-]{${MARK_LENGTH}}){1,${MOST_MARKS}})(?:\\.([a-z-]{1,16}))?)\\.([\\w-]{43})$`,
)
/** What browsers allow at most (RFC 6265bis §5.5): 400 days, in seconds. */
const MAX_AGE = 400 * 24 * 60 * 60

/** `keys` are the data keys `cookie`. */
export function createDeviceCookies({ keys, issuer }: { keys: AskKeys; issuer: string }): DeviceCookies {
  const secure = issuer.startsWith('https:')
  const name = secure ? '__Host-gh_device' : 'gh_device'
  const proofOf = (key: Buffer, says: string): Buffer => createKeyedHash(key)('device', says)
  const markOf = (key: Buffer, id: string, account: string): string =>
    createKeyedHash(key)('device_account', `${id}.${account}`).toString('base64url').slice(0, MARK_LENGTH)
  return {
    read: (cookieHeader) => {
      const [, says, id, marks, method, proof] = VALUE.exec(readCookie(cookieHeader, name) ?? '') ?? []
      if (says === undefined || id === undefined || marks === undefined || proof === undefined)
        return undefined
      const given = Buffer.from(proof, 'base64url')
      const made = keys().find(({ key }) => equalBytes(proofOf(key, says), given))
      if (made === undefined) return undefined
      const lastMethod = METHODS.find((known) => known === method)
      return { id, key: made.key, lastMethod, marks: marks.match(new RegExp(`.{${MARK_LENGTH}}`, 'g')) ?? [] }
    },
    knows: (device, account) => device.marks.includes(markOf(device.key, device.id, account)),
    remember: (res, device, { account, id, method }) => {
      const key = inUse(keys)
      const mark = markOf(key, id, account)
      // Marks made with another key, or for another id, would be nobody's.
      const known = device?.id === id && equalBytes(device.key, key) ? device.marks : []
      const others = known.filter((other) => other !== mark)
      const marks = [mark, ...others].slice(0, MOST_MARKS).join('')
      const says = `${id}.${marks}.${method}`
      const value = `${says}.${proofOf(key, says).toString('base64url')}`
      setCookie(res, name, value, { path: '/', httpOnly: true, secure, sameSite: 'Lax', maxAge: MAX_AGE })
    },
  }
}
