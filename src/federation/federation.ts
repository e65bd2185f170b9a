/**
 * Sign-in elsewhere, from the question to what its answer is worth, for whoever asks: a sign-in, or a person at `/account`
 * who connects an identity. A connector is opened when it is first asked and kept for a while; one that does not answer is
 * left in peace for a moment, and nobody waits for it meanwhile.
 */
import { z } from 'zod'
import type { Clock } from '../shared/clock.ts'
import { createLookUpCache } from '../shared/look-up-cache.ts'
import { type Connector, callbackOf } from './connector.ts'
import type { ConnectorSecrets } from './connector-secrets.ts'
import type { RelyingParty } from './oidc/relying-party.ts'
import type { Finished, HowNew } from './outcome.ts'

export interface FederationUse {
  /** Undefined where there is none, or it is disabled. */
  findConnector: (slug: string) => Promise<Connector | undefined>
  secrets: Pick<ConnectorSecrets, 'open'>
  issuer: string
  fetch: typeof globalThis.fetch
  allowHttp: boolean
  /** Hears why a connector was of no use. */
  onFault: (slug: string, fault: { reason: string; cause?: unknown }) => void
  clock: Clock
}

/** What lies with whoever began, until the answer comes; none of it may be known to anybody else. */
export const KEPT = z.object({
  connector: z.string(),
  slug: z.string(),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  /** Epoch ms. */
  at: z.number(),
  maxAge: z.number().optional(),
  strict: z.boolean(),
})
export type Kept = z.output<typeof KEPT>

/** What a browser brought to the callback of a connector. */
export interface Returned {
  slug: string
  /** The query, as it came. */
  parameters: string
}

export interface Federation {
  /** Where the person goes. Undefined where there is no such connector, or it can't be asked now. */
  begin(slug: string, how: HowNew): Promise<{ url: string; kept: Kept } | undefined>
  /** Never rejects for what somebody else did. */
  finish(kept: Kept, returned: Returned): Promise<Finished>
}

/** Where it is and what it can do is asked so often, ms; a key that is new is asked for by itself. */
const KNOWN_FOR = 10 * 60 * 1000
/** One that was no use is not asked for so long, ms. */
const IN_PEACE = 5000
/** A person waits for no longer, ms. */
const PATIENCE = 4500
/** Two clocks may differ so much, ms. */
const SKEW = 30_000

export function createFederation(use: FederationUse): Federation {
  const { clock } = use
  const restingUntil = new Map<string, number>()
  const rests = (slug: string): boolean => (restingUntil.get(slug) ?? 0) > clock.now()
  const fail = (slug: string, reason: string, cause?: unknown): void => {
    restingUntil.set(slug, clock.now() + IN_PEACE)
    use.onFault(slug, { reason, cause })
  }
  const opened = createLookUpCache<RelyingParty>({
    load: (key) => open(use, JSON.parse(key) as KeyOfConnector),
    ...{ ttlMs: KNOWN_FOR, clock, maxEntries: 1000 },
  })
  /** Undefined where it can't be had. */
  const partyOf = async (connector: Connector): Promise<RelyingParty | undefined> => {
    const { slug } = connector
    if (rests(slug)) return undefined
    try {
      return await inTime(opened.find(keyOf(connector)))
    } catch (cause) {
      fail(slug, 'away', cause)
      return undefined
    }
  }
  return {
    begin: async (slug, how) => {
      const connector = await use.findConnector(slug)
      const party = connector && (await partyOf(connector))
      if (connector === undefined || party === undefined) return undefined
      const { url, asked } = await party.begin(how)
      const { maxAge, strict = false } = how
      const kept = { connector: connector.id, slug, ...asked, at: clock.now(), strict }
      return { url, kept: { ...kept, ...(maxAge !== undefined && { maxAge }) } }
    },
    finish: async (kept, { slug, parameters }) => {
      if (slug !== kept.slug) return { ok: false, reason: 'issuer_mismatch' }
      const connector = await use.findConnector(slug)
      // Disabled since, or another one by now.
      if (connector?.id !== kept.connector) return { ok: false, reason: 'wrong_response' }
      const ask = async () => (await partyOf(connector))?.finish(kept, new URLSearchParams(parameters))
      // One patience for all of it: at this node nobody may have asked yet who that is.
      const answered = await inTime(ask()).catch(
        (cause: unknown) => ({ ok: false, reason: 'away', cause, tells: 'unreachable' }) as const,
      )
      if (answered === undefined) return { ok: false, reason: 'away' }
      if (!answered.ok) {
        const { reason, cause, tells } = { cause: undefined, tells: undefined, ...answered }
        if (tells === 'unreachable') fail(slug, reason, cause)
        else if (reason !== 'declined') use.onFault(slug, { reason, cause })
        // Its keys may be others by now.
        if (tells === 'outdated') opened.forget(keyOf(connector))
        return { ok: false, reason }
      }
      const { issuer, subject, called, authTime } = answered
      const since = authTime === undefined ? undefined : authTime * 1000
      if (!isNewEnough(kept, since)) return { ok: false, reason: 'not_fresh' }
      return { ok: true, identity: { connector: connector.id, issuer, subject }, called, since }
    },
  }
}

/** By when the person was sent there: what is asked of them is to be proven by then, or after. */
function isNewEnough({ maxAge, strict, at }: Kept, since: number | undefined): boolean {
  if (maxAge === undefined) return true
  return since === undefined ? !strict : since >= at - maxAge * 1000 - SKEW
}

type KeyOfConnector = Pick<Connector, 'id' | 'slug' | 'config'> & { sealed: string | null }

/** All that a relying party is made of: what is changed is opened anew. */
const keyOf = ({ id, slug, config, secretSealed }: Connector): string =>
  JSON.stringify({ id, slug, config, sealed: secretSealed?.toString('base64') ?? null })

async function open(use: FederationUse, { id, slug, config, sealed }: KeyOfConnector): Promise<RelyingParty> {
  // Where nothing is connected, nothing of it is loaded.
  const { openRelyingParty } = await import('./oidc/relying-party.ts')
  const secretSealed = sealed === null ? undefined : Buffer.from(sealed, 'base64')
  return openRelyingParty({
    ...{ config, secret: use.secrets.open({ id, secretSealed }) },
    redirectUri: callbackOf(use.issuer, slug),
    ...{ fetch: use.fetch, allowHttp: use.allowHttp },
  })
}

class Late extends Error {}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Late('it took too long')), PATIENCE)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
