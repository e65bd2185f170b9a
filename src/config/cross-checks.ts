/** Rules about two variables and more. A variable that already has a fault of its own is not judged again. */
import { VARIABLES, type Values, type VariableName } from './env.ts'
import type { Problem } from './problem.ts'
import { registrableDomainOf } from './registrable-domain.ts'
import { isLoopbackHost } from './values/issuer.ts'
import { reachesFloor } from './values/password-cost.ts'

export interface Facts {
  /** What could be read; a faulty variable is missing. */
  values: Partial<Values>
  /** Set, be it faulty or not. */
  isSet(name: VariableName): boolean
}

const inProduction = ({ values }: Facts) => values.NODE_ENV === 'production'
const isLoopback = ({ values }: Facts) =>
  values.ISSUER !== undefined && isLoopbackHost(new URL(values.ISSUER).hostname)
const isPublic = (facts: Facts) => facts.values.ISSUER !== undefined && !isLoopback(facts)
const isClear = ({ values }: Facts) => values.ISSUER?.startsWith('http:') === true
const isCheap = ({ values }: Facts) =>
  values.PASSWORD_HASH !== undefined && !reachesFloor(values.PASSWORD_HASH)

const isHostOrAbove = (domain: string, issuer: string) =>
  `.${new URL(issuer).hostname}`.endsWith(`.${domain}`)

/** HTML §7.1.1, a registrable domain suffix: what is above a host must still be somebody's own. */
function isPublicSuffix(domain: string | undefined, issuer: string | undefined): boolean {
  if (domain === undefined || issuer === undefined || !isHostOrAbove(domain, issuer)) return false
  const { hostname } = new URL(issuer)
  if (domain === hostname) return false
  const registered = registrableDomainOf(hostname)
  return registered === undefined || !`.${domain}`.endsWith(`.${registered}`)
}

function exceeds(values: Partial<Values>, shorter: VariableName, longer: VariableName): boolean {
  const [a, b] = [values[shorter], values[longer]]
  return typeof a === 'number' && typeof b === 'number' && a > b
}

type Rule = readonly [variable: VariableName, message: string, breaks: (facts: Facts) => boolean]

export const FAULTS: readonly Rule[] = [
  [
    'DATABASE_URL',
    'must be set when NODE_ENV=production: embedded storage is for trying out',
    (facts) => inProduction(facts) && !facts.isSet('DATABASE_URL'),
  ],
  [
    'MASTER_KEY',
    'must be set together with DATABASE_URL: every node that uses the database needs the same key',
    ({ isSet }) => isSet('DATABASE_URL') && !isSet('MASTER_KEY'),
  ],
  ['ISSUER', 'must be https when NODE_ENV=production', (facts) => inProduction(facts) && isClear(facts)],
  [
    'ISSUER',
    'must not be a loopback name when NODE_ENV=production: nobody else could reach it',
    (facts) => inProduction(facts) && isLoopback(facts),
  ],
  [
    'MANAGEMENT_PORT',
    'must differ from PORT: metrics and readiness never stand on the public listener',
    ({ values }) => values.PORT !== 0 && values.PORT !== undefined && values.PORT === values.MANAGEMENT_PORT,
  ],
  [
    'REFRESH_FAMILY_EXP',
    'must not be shorter than REFRESH_TOKEN_EXP',
    ({ values }) => exceeds(values, 'REFRESH_TOKEN_EXP', 'REFRESH_FAMILY_EXP'),
  ],
  [
    'SESSION_MAX_EXP',
    'must not be shorter than SESSION_EXP',
    ({ values }) => exceeds(values, 'SESSION_EXP', 'SESSION_MAX_EXP'),
  ],
  [
    'COOKIE_DOMAIN',
    'must be the host of ISSUER or a domain above it: browsers refuse the cookie otherwise',
    ({ values: { COOKIE_DOMAIN: domain, ISSUER: issuer } }) =>
      domain !== undefined && issuer !== undefined && !isHostOrAbove(domain, issuer),
  ],
  [
    'COOKIE_DOMAIN',
    'must not be a public suffix such as co.uk or github.io: others have hosts below it, and browsers refuse the cookie',
    ({ values: { COOKIE_DOMAIN: domain, ISSUER: issuer } }) => isPublicSuffix(domain, issuer),
  ],
  [
    'PASSKEY_RP_ID',
    'must be the host of ISSUER or a domain above it: browsers refuse passkeys for any other',
    ({ values: { PASSKEY_RP_ID: domain, ISSUER: issuer } }) =>
      domain !== undefined && issuer !== undefined && !isHostOrAbove(domain, issuer),
  ],
  [
    'PASSKEY_RP_ID',
    'must not be a public suffix such as co.uk or github.io: others have hosts below it, and browsers refuse passkeys for it',
    ({ values: { PASSKEY_RP_ID: domain, ISSUER: issuer } }) => isPublicSuffix(domain, issuer),
  ],
  [
    'PASSWORD_HASH',
    'must reach OWASP’s floor when NODE_ENV=production: 19456 KiB with 2 passes, or as much in another mix',
    (facts) => inProduction(facts) && isCheap(facts),
  ],
  [
    'PASSWORD_BREACHED',
    'must be https: what is asked of the list says something of a password',
    ({ values: { PASSWORD_BREACHED: list, OUTBOUND_ALLOW_PRIVATE: inTests } }) =>
      list?.kind === 'api' && list.url.startsWith('http:') && inTests === false,
  ],
  [
    'EVENT_STREAM',
    'must not be set without REDIS_URL: the stream is in Redis, and there is none',
    ({ isSet }) => isSet('EVENT_STREAM') && !isSet('REDIS_URL'),
  ],
  [
    'MAIL_FROM',
    'must be set together with SMTP_URL: no server takes mail without a sender',
    ({ isSet }) => isSet('SMTP_URL') && !isSet('MAIL_FROM'),
  ],
]

export const WEAKNESSES: readonly Rule[] = [
  [
    'PASSWORD_HASH',
    'is below OWASP’s floor: fit for tests, refused in production',
    (facts) => !inProduction(facts) && isCheap(facts),
  ],
  [
    'ISSUER',
    'is http beyond this machine: passwords and tokens travel in clear',
    (facts) => isPublic(facts) && isClear(facts),
  ],
  [
    'NODE_ENV',
    'is not production although ISSUER is public: the safeguards of production are off',
    (facts) => !inProduction(facts) && isPublic(facts) && !isClear(facts),
  ],
  [
    'ISSUER',
    'is not set and says port 3000, but PORT is another: browsers are sent to the wrong place',
    ({ values, isSet }) =>
      !isSet('ISSUER') && values.PORT !== undefined && values.PORT !== 3000 && values.PORT !== 0,
  ],
  [
    'COOKIE_DOMAIN',
    'is set: every host below it can overwrite the first-party refresh cookie',
    ({ isSet }) => isSet('COOKIE_DOMAIN'),
  ],
  [
    'TRUST_PROXY',
    'is false in production: behind a proxy that ends TLS, everybody seems to come from its address',
    (facts) => inProduction(facts) && facts.values.TRUST_PROXY === false,
  ],
  [
    'OUTBOUND_ALLOW_PRIVATE',
    'is true, which is for test set-ups: an address of a client can make this server call what only it can reach',
    ({ values }) => values.OUTBOUND_ALLOW_PRIVATE === true,
  ],
]

export const findFaults = (facts: Facts): Problem[] =>
  FAULTS.filter(([, , breaks]) => breaks(facts)).map(([variable, message]) => ({
    variable,
    message,
    example: VARIABLES[variable].example,
  }))

export const findWeaknesses = (facts: Facts): string[] =>
  WEAKNESSES.filter(([, , breaks]) => breaks(facts)).map(([variable, message]) => `${variable} ${message}`)
