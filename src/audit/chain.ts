/**
 * The chain: each row's hash covers its record and the hash before it, so that nothing can be changed, taken out, put in
 * or moved without every later hash changing too. Pure functions; `chain-repository.ts` keeps what they make.
 */
import { hash } from 'node:crypto'
import type { ChainName } from './catalogue.ts'

/** Where a chain ends so far; sequence 0 and 32 zero bytes before its first row. */
export interface ChainHead {
  chain: ChainName
  sequence: number
  hash: Buffer
}

export interface Link {
  chain: ChainName
  sequence: number
  /** Epoch ms: when the row was chained, never before the row ahead of it. */
  recordedAt: number
  /** Canonical JSON. */
  record: string
  hash: Buffer
}

/** SHA-256 over the hash before and the JSON of `[chain, sequence, recordedAt, record]`, in UTF-8. */
export function hashOf(previous: Uint8Array, link: Omit<Link, 'hash'>): Buffer {
  const { chain, sequence, recordedAt, record } = link
  const bytes = Buffer.from(JSON.stringify([chain, sequence, recordedAt, record]))
  return hash('sha256', Buffer.concat([previous, bytes]), 'buffer')
}

export function linkTo(head: ChainHead, record: string, recordedAt: number): Link {
  const link = { chain: head.chain, sequence: head.sequence + 1, recordedAt, record }
  return { ...link, hash: hashOf(head.hash, link) }
}

/**
 * JSON that is one text for one value: members in the order of their names, no space (RFC 8785, but that lone surrogates
 * are escaped rather than refused). Members without a value are left out.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}
