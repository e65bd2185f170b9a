import type { z } from 'zod'
import type { SourceRecord, SourceUser } from './source.ts'

/** A reader's second half: what a record must look like, and what becomes of it. */
export const readRecord =
  <T>(schema: z.ZodType<T>, toUser: (record: T) => SourceUser | 'passed_over') =>
  (record: unknown): SourceRecord => {
    const read = schema.safeParse(record)
    if (!read.success) {
      const [issue] = read.error.issues
      const field = issue?.path.join('.') ?? ''
      return {
        ok: false,
        reason: field === '' ? 'it is no record of a person' : `${field} is not what it should be`,
      }
    }
    try {
      const user = toUser(read.data)
      return user === 'passed_over' ? { ok: 'passed_over' } : { ok: true, user }
    } catch (error) {
      if (error instanceof BadRecord) return { ok: false, reason: error.message }
      throw error
    }
  }

/** In words that go on after "line 7: ". */
export class BadRecord extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'BadRecord'
  }
}

/** Of ISO 8601, or of seconds or milliseconds since 1970; undefined for anything else. */
export function timeOf(value: string | number | undefined | null): number | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const number = Number(value)
  const time = Number.isFinite(number) ? (number < 1e11 ? number * 1000 : number) : Date.parse(String(value))
  return Number.isFinite(time) ? time : undefined
}

export const fullName = (...parts: (string | null | undefined)[]): string | undefined =>
  parts.filter((part) => part?.trim()).join(' ') || undefined

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648 §6, without padding. */
export const base32 = (bytes: Buffer): string =>
  [...bytes]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .match(/.{1,5}/g)
    ?.map((bits) => BASE32.charAt(Number.parseInt(bits.padEnd(5, '0'), 2)))
    .join('') ?? ''

/** Base64 in either alphabet, as PHC strings have it. */
export const unpadded = (base64: string): string =>
  Buffer.from(base64, 'base64').toString('base64').replace(/=+$/, '')
