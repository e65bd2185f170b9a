/** Who may try how often: the limiters of the doors, with what they count in and whom they tell. */
import { type Counters, createPostgresCounters, openRedisCounters } from '../adapters/counters.ts'
import { normaliseEmail } from './accounts/email.ts'
import type { Core } from './core.ts'
import type { ClientLimit } from './provider/client-attempts.ts'
import { createDeviceCookies } from './security/device-cookie.ts'
import { createKeyedHash, type KeyedHash } from './security/keyed-hash.ts'
import { type CountLimit, createCountLimit } from './security/rate-limit/count-limit.ts'
import { type CrowdWatch, createCrowdWatch } from './security/rate-limit/crowd-watch.ts'
import { createMailLimit, type MailLimit } from './security/rate-limit/mail-limit.ts'
import { networkOf } from './security/rate-limit/network.ts'
import { createNumberLimit, type NumberLimit } from './security/rate-limit/number-limit.ts'
import { createPromptLimit, type PromptLimit } from './security/rate-limit/prompt-limit.ts'
import { createSignInGuard, type SignInGuard } from './security/rate-limit/sign-in-guard.ts'
import type { Logger } from './telemetry/logger.ts'
import type { Metrics } from './telemetry/metrics.ts'
import type { RequestContexts } from './telemetry/request-context.ts'

export interface Guards {
  signIn: SignInGuard
  crowd: CrowdWatch
  clients: ClientLimit
  links: CountLimit
  passwordStrength: CountLimit
  mails: MailLimit
  prompts: PromptLimit
  numbers: NumberLimit
  /** Absent: requests as such are not limited. */
  requests: CountLimit | undefined
  sweep(): Promise<number>
  close(): Promise<void>
}

export interface GuardsUse {
  core: Core
  log: Logger
  metrics: Metrics
  requests: RequestContexts
}

export function createGuards({ core, log, metrics, requests }: GuardsUse): Guards {
  const { config, clock, keys } = core
  const { loginAddress, global } = config.rateLimits
  const counters = openCounters(core, log)
  const common = { counters, clock, onRefused: metrics.rateLimited }
  const hash: KeyedHash = (domain, value) => createKeyedHash(keys.current('pepper').key)(domain, value)
  const clients = createCountLimit({ ...common, limiter: 'client', limit: loginAddress })
  const clientKey = (address: string, clientId: string): string =>
    `${networkOf(address)}:${hash('client', clientId).subarray(0, 16).toString('base64url')}`
  const nameOf = (typed: string): string => normaliseEmail(typed)?.key ?? typed
  return {
    signIn: createSignInGuard({
      ...common,
      limits: config.rateLimits,
      hash,
      devices: createDeviceCookies({ keys: () => keys.living('cookie'), issuer: config.issuer }),
      nameOf,
      onSprayed: ({ neighbourhood, names, began }) => {
        metrics.rateLimited('spray')
        if (!began) return
        const event = { event: 'login.sprayed', ip: neighbourhood, count: names }
        log.warn(
          event,
          'many different names fail to sign in from one neighbourhood: sign-in from there is slowed',
        )
      },
    }),
    crowd: createCrowdWatch({ counters, hash }),
    clients: {
      refusal: (req, clientId) => clients.refusal(() => clientKey(requests.of(req).ip, clientId)),
      count: (req, clientId) => clients.count(clientKey(requests.of(req).ip, clientId)),
    },
    links: createCountLimit({ ...common, limiter: 'link', limit: loginAddress }),
    passwordStrength: createCountLimit({ ...common, limiter: 'password_strength', limit: TYPING }),
    mails: createMailLimit({ ...common, hash, nameOf, limit: loginAddress }),
    prompts: createPromptLimit({ ...common, hash, nameOf, limit: loginAddress }),
    numbers: createNumberLimit({ ...common, hash }),
    requests: global && createCountLimit({ ...common, limiter: 'global', limit: global }),
    sweep: counters.sweep,
    close: counters.close,
  }
}

/** Some ten passwords a minute: more is no typing, and estimating takes time. */
const TYPING = { count: 300, windowMs: 5 * 60_000 }

function openCounters({ config, database }: Core, log: Logger): Counters {
  const onError = (error: unknown): void =>
    log.warn({ component: 'counters', error }, 'rate limits count for this node alone: their store is away')
  return config.redisUrl === undefined
    ? createPostgresCounters(database.pool, onError)
    : openRedisCounters({ url: config.redisUrl, onError })
}
