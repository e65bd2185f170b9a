/**
 * Whether a password is among those that have become known, by Have I Been Pwned's list: asked by the first five digits of
 * its SHA-1, of which a thousand others begin in the same way, or looked up in a file of the operator's own. Nobody is
 * kept from setting a password because the list is away.
 */
import { createHash } from 'node:crypto'
import type { BreachedList } from '../config/values/breached-list.ts'
import type { BreachResult } from '../telemetry/metric-labels.ts'
import { includesHash } from './breached-file.ts'
import type { OutboundFetch } from './outbound-fetch.ts'
import { passwordBytes } from './password-bytes.ts'

export interface BreachedPasswordsUse {
  list: BreachedList
  outboundFetch: OutboundFetch
  onChecked: (result: BreachResult) => void
  /** Hears why the list could not be asked. */
  onFailed: (error: unknown) => void
}

/** Never rejects. */
export type IsBreached = (password: string) => Promise<boolean>

export function createBreachedPasswords({
  list,
  outboundFetch,
  onChecked,
  onFailed,
}: BreachedPasswordsUse): IsBreached {
  if (list.kind === 'off') return async () => false
  const isListed = list.kind === 'api' ? askRange(outboundFetch, list.url) : inFile(list.path)
  return async (password) => {
    const bytes = passwordBytes(password)
    if (typeof bytes === 'string') return false
    try {
      const found = await isListed(createHash('sha1').update(bytes).digest('hex').toUpperCase())
      onChecked(found ? 'found' : 'clean')
      return found
    } catch (error) {
      onChecked('failed')
      onFailed(error)
      return false
    }
  }
}

/** Somebody waits for it. */
const PATIENCE = 1000
const PREFIX = 5

/** Padded: by its length an answer tells who listens which range it was. What pads it counts 0. */
const askRange = (outboundFetch: OutboundFetch, url: string) => async (hash: string) => {
  const answer = await outboundFetch(new URL(hash.slice(0, PREFIX), url), {
    headers: { 'add-padding': 'true', 'user-agent': 'gatehouse' },
    withinMs: PATIENCE,
  })
  if (!answer.ok) throw new Error(`the list of known passwords can’t be asked: ${answer.reason}`)
  if (answer.status !== 200) throw new Error(`the list of known passwords answers ${answer.status}`)
  const suffix = hash.slice(PREFIX)
  return answer.body
    .toString('latin1')
    .split(/\r?\n/)
    .some((line) => line.toUpperCase().startsWith(`${suffix}:`) && Number(line.slice(suffix.length + 1)) > 0)
}

const inFile = (path: string) => (hash: string) => includesHash(path, hash)
