/**
 * Who used a token, as far as a request shows it: its key, its kind of browser, its network. A record keeps a short
 * keyed digest of each, enough to tell one party from another and of no use for anything else; and, in clear, the kind
 * of device and the countries that the family was in, which rules of risk go by.
 */
import type { IncomingMessage } from 'node:http'
import { readDevice } from '../messaging/user-agent.ts'
import type { AboutAddress } from '../security/address-book.ts'
import { neighbourhoodOf } from '../security/rate-limit/network.ts'
import type { Pepper } from './handles.ts'

export interface PartyUse {
  /** The caller's address, behind the proxies that are trusted. */
  addressOf: (req: IncomingMessage) => string
  aboutAddress: (address: string) => AboutAddress
}

const ASPECTS = ['key', 'agent', 'network'] as const
export type Aspect = (typeof ASPECTS)[number]

/** 24 bits each. */
const LENGTH = 4
const DIGESTS = ASPECTS.length * LENGTH

/**
 * `key`: the thumbprint of the one that signed the request's proof. Twelve signs, the same as long as its grant lives, and
 * what `traceOf` says.
 */
export function partyOf(
  use: PartyUse,
  under: Pick<Pepper, 'key'>,
  req: IncomingMessage,
  key: string | undefined,
): string {
  const aspects: Record<Aspect, string> = {
    key: key ?? '',
    agent: kindOf(req.headers['user-agent']),
    network: neighbourhoodOf(use.addressOf(req)),
  }
  return ASPECTS.map((name) => digestOf(under, name, aspects[name])).join('') + traceOf(use, req)
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
  if (one === undefined || one.length < DIGESTS) return []
  return ASPECTS.filter((_, index) => {
    const [from, to] = [index * LENGTH, (index + 1) * LENGTH]
    return one.slice(from, to) !== other.slice(from, to)
  })
}

/** Without its version numbers: a browser that was updated is the same one. */
const kindOf = (agent = ''): string => agent.slice(0, 256).replace(/[\d.]+/g, '')

const AGENTS = { d: 'desktop', m: 'mobile', t: 'tablet', v: 'tv', b: 'bot', o: 'other' } as const
type AgentSign = keyof typeof AGENTS
type Agent = (typeof AGENTS)[AgentSign]

/** What a party leaves in clear: a sign for its kind of device, two for each country, its own first. */
interface Trace {
  agent: Agent | undefined
  /** Of the last use; undefined where it was not known. */
  country: string | undefined
  /** All of the family's, the latest first; four at most. */
  countries: readonly string[]
}

const NO_COUNTRY = '--'
const MOST_COUNTRIES = 4

export const traceOf = ({ addressOf, aboutAddress }: PartyUse, req: IncomingMessage): string =>
  signOf(req.headers['user-agent']) + (aboutAddress(addressOf(req)).place?.country ?? NO_COUNTRY)

/** What `partyOf` wrote, of a use; `birth`: what `traceOf` did, where there is no use yet. */
export function readTrace(who = '', birth = ''): Trace {
  const text = who.length > DIGESTS ? who.slice(DIGESTS) : birth
  const [country, ...before] = text.slice(1).match(/../g) ?? []
  const countries = [country, ...before].filter((one) => one !== undefined && one !== NO_COUNTRY)
  return {
    agent: AGENTS[text.charAt(0) as AgentSign],
    country: country === NO_COUNTRY ? undefined : country,
    countries: countries as string[],
  }
}

/** A party with the countries that the family was in before. */
export function withPast(who: string, past: Pick<Trace, 'countries'>): string {
  const own = who.slice(DIGESTS + 1)
  const before = past.countries.filter((country) => country !== own)
  return who + before.slice(0, MOST_COUNTRIES - 1).join('')
}

const SIGNS = Object.fromEntries(Object.entries(AGENTS).map(([sign, agent]) => [agent, sign]))

/** To read a header costs ten times what a refresh may spend on it. */
function signOf(header = ''): string {
  const known = signs.get(header)
  if (known !== undefined) return known
  const sign = SIGNS[readDevice(header).kind ?? ''] ?? 'o'
  if (signs.size >= MOST_DIGESTS) signs.clear()
  signs.set(header, sign)
  return sign
}

const signs = new Map<string, string>()
