/**
 * Who used a token, as far as a request shows it: its key, its kind of browser, its network. A record keeps a short
 * keyed digest of each, enough to tell one party from another and of no use for anything else.
 */
import type { IncomingMessage } from 'node:http'
import { neighbourhoodOf } from '../security/rate-limit/network.ts'
import type { Pepper } from './handles.ts'

export interface PartyUse {
  /** The caller's address, behind the proxies that are trusted. */
  addressOf: (req: IncomingMessage) => string
}

const ASPECTS = ['key', 'agent', 'network'] as const
export type Aspect = (typeof ASPECTS)[number]

/** 24 bits each. */
const LENGTH = 4

/** `key`: the thumbprint of the one that signed the request's proof. Twelve signs, the same as long as its grant lives. */
export function partyOf(
  { addressOf }: PartyUse,
  under: Pick<Pepper, 'key'>,
  req: IncomingMessage,
  key: string | undefined,
): string {
  const aspects: Record<Aspect, string> = {
    key: key ?? '',
    agent: kindOf(req.headers['user-agent']),
    network: neighbourhoodOf(addressOf(req)),
  }
  return ASPECTS.map((name) => digestOf(under, name, aspects[name])).join('')
}

/** Most requests come from where the ones before them came from, and a digest costs more than to look it up. */
function digestOf(under: Pick<Pepper, 'key'>, name: Aspect, value: string): string {
  const known = digests.get(under) ?? new Map<string, string>()
  digests.set(under, known)
  const pair = `${name} ${value}`
  const digest = known.get(pair) ?? under.key(`Party ${name}`, value).slice(0, LENGTH)
  if (known.size >= MOST_DIGESTS) known.clear()
  known.set(pair, digest)
  return digest
}

const digests = new WeakMap<object, Map<string, string>>()
const MOST_DIGESTS = 2_000

/** In what two parties differ; nothing where one of them is not known. */
export function differencesOf(one: string | undefined, other: string): Aspect[] {
  if (one?.length !== other.length) return []
  return ASPECTS.filter((_, index) => {
    const [from, to] = [index * LENGTH, (index + 1) * LENGTH]
    return one.slice(from, to) !== other.slice(from, to)
  })
}

/** Without its version numbers: a browser that was updated is the same one. */
const kindOf = (agent = ''): string => agent.slice(0, 256).replace(/[\d.]+/g, '')
