/**
 * What the house was told to be: the environment, checked once before anything listens. Every fault is found in the
 * same pass, so that an operator mends them together; what is allowed but weak, or looks like a slip, is a warning.
 */
import { readFileSync } from 'node:fs'
import { type Facts, findFaults, findWeaknesses } from './cross-checks.ts'
import { type Environment, readEnvironment, VARIABLES, type Values, type VariableName } from './env.ts'
import { LATER } from './later.ts'
import { findNearMisses } from './near-miss.ts'
import { findOpenings } from './node-options.ts'
import type { Problem } from './problem.ts'
import { type ReadFile, readSources, type Sources } from './sources.ts'
import type { BreachedList } from './values/breached-list.ts'
import { isLoopbackHost } from './values/issuer.ts'
import type { Mailbox, SmtpServer } from './values/mail.ts'
import type { PasswordCost } from './values/password-cost.ts'
import type { RateLimit } from './values/rate-limit.ts'
import type { SmsProvider } from './values/sms.ts'
import type { TrustProxy } from './values/trust-proxy.ts'

export interface Address {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
}

export interface RateLimits {
  readonly loginAddress: RateLimit
  readonly loginAccount: RateLimit
  /** Absent: requests as such are not limited. */
  readonly global?: RateLimit
}

/** Durations are milliseconds. */
export interface Config {
  readonly production: boolean
  /** The issuer identifier exactly as given: an origin without a trailing slash. */
  readonly issuer: string
  readonly listen: Address
  readonly management: Address
  /** Absent: embedded storage in `dataDir`. */
  readonly databaseUrl?: string
  readonly databasePoolMax: number
  /** Absent: the database holds the short-lived state too. */
  readonly redisUrl?: string
  /** Absent: events are appended to no stream. */
  readonly eventStream?: string
  /** Absolute. */
  readonly dataDir: string
  /** The first wraps, all unwrap. Undefined: `secret-files.ts` keeps one in `dataDir` (embedded storage only). */
  readonly masterKeys: readonly Buffer[] | undefined
  readonly accessTokenExp: number
  readonly refreshTokenExp: number
  readonly refreshFamilyExp: number
  readonly sessionExp: number
  readonly sessionMaxExp: number
  readonly refreshReuseGrace: number
  readonly refreshReuseRevokes: Values['REFRESH_REUSE_REVOKES']
  /** Empty: the first-party API is off. */
  readonly firstPartyOrigins: readonly string[]
  readonly cookieDomain?: string
  readonly cookieSameSite: Values['COOKIE_SAMESITE']
  readonly passkeys: {
    readonly rpId: string
    readonly relatedOrigins: readonly string[]
  }
  readonly rateLimits: RateLimits
  readonly passwordHash: PasswordCost
  readonly passwords: {
    readonly minLength: number
    /** Absent: no words of the operator's own. */
    readonly words?: string
    readonly breached: BreachedList
  }
  /** People may make accounts themselves. */
  readonly registration: boolean
  readonly accountDeletionWait: number
  readonly trustProxy: TrustProxy
  /** Absent: the built-in file of countries. */
  readonly geoipDb?: string
  /** Absent: no address is suspect. */
  readonly addressReputation?: string
  /** Outgoing requests may go to private addresses. */
  readonly outboundAllowPrivate: boolean
  /** Absent: nobody takes mail. */
  readonly mail?: { readonly server: SmtpServer; readonly from: Mailbox }
  readonly brand: {
    readonly name: string
    /** Path of a picture. Absent: none. */
    readonly logo?: string
    readonly logoAlone: boolean
    /** `#rrggbb`. Absent: our own colours. */
    readonly color?: string
    readonly links: { readonly privacy?: string; readonly terms?: string; readonly help?: string }
    readonly doorway: boolean
    readonly gatehouse: boolean
  }
  /** Folder of what replaces our own views. Absent: nothing does. */
  readonly viewsDir?: string
  /** Absent: nobody takes text messages. */
  readonly sms?: SmsProvider
  readonly logLevel: Values['LOG_LEVEL']
}

/** Warnings come with a refusal too: a misspelt name is the likely reason for a missing one. */
export type ConfigResult = { warnings: string[] } & (
  | { ok: true; config: Config }
  | { ok: false; problems: Problem[] }
)

/** A value that is no secret is repeated, so that the slip is seen; a URL could hide a password. */
const repeat = (text: string) => (text.includes('@') ? '' : `, not ${JSON.stringify(text.slice(0, 60))}`)

function readValue(name: VariableName, sources: Sources): { value: unknown } | { problem: Problem } {
  const variable = VARIABLES[name]
  const given = sources.get(name)
  if (given !== undefined && 'problem' in given) return given
  const text = given?.text ?? ('default' in variable ? variable.default : undefined)
  if (text === undefined) return { value: undefined }
  const parsed = variable.schema.safeParse(text)
  if (parsed.success) return { value: parsed.data }
  const message = `${parsed.error.issues[0]?.message}${'secret' in variable ? '' : repeat(text)}`
  return { problem: { variable: name, message, example: variable.example } }
}

function readValues(sources: Sources): { values: Partial<Values>; problems: Problem[] } {
  const values: Record<string, unknown> = {}
  const problems: Problem[] = []
  for (const name of Object.keys(VARIABLES) as VariableName[]) {
    const read = readValue(name, sources)
    if ('problem' in read) problems.push(read.problem)
    else values[name] = read.value
  }
  return { values, problems }
}

const isTrial = ({ NODE_ENV, ISSUER }: Values): boolean =>
  NODE_ENV !== 'production' && isLoopbackHost(new URL(ISSUER).hostname)

function toConfig(values: Values): Config {
  const host = values.HOST ?? (values.DATABASE_URL === undefined ? '127.0.0.1' : '0.0.0.0')
  return Object.freeze({
    production: values.NODE_ENV === 'production',
    issuer: values.ISSUER,
    listen: Object.freeze({ host, port: values.PORT }),
    management: Object.freeze({ host: values.MANAGEMENT_HOST ?? host, port: values.MANAGEMENT_PORT }),
    ...(values.DATABASE_URL !== undefined && { databaseUrl: values.DATABASE_URL }),
    databasePoolMax: values.DATABASE_POOL_MAX,
    ...(values.REDIS_URL !== undefined && { redisUrl: values.REDIS_URL }),
    ...(values.EVENT_STREAM !== undefined && { eventStream: values.EVENT_STREAM }),
    dataDir: values.DATA_DIR,
    masterKeys: values.MASTER_KEY && Object.freeze(values.MASTER_KEY),
    accessTokenExp: values.ACCESS_TOKEN_EXP,
    refreshTokenExp: values.REFRESH_TOKEN_EXP,
    refreshFamilyExp: values.REFRESH_FAMILY_EXP,
    sessionExp: values.SESSION_EXP,
    sessionMaxExp: values.SESSION_MAX_EXP,
    refreshReuseGrace: values.REFRESH_REUSE_GRACE,
    refreshReuseRevokes: values.REFRESH_REUSE_REVOKES,
    firstPartyOrigins: Object.freeze(
      values.FIRST_PARTY_ORIGINS ?? (values.NODE_ENV === 'production' ? [] : [values.ISSUER]),
    ),
    ...(values.COOKIE_DOMAIN !== undefined && { cookieDomain: values.COOKIE_DOMAIN }),
    cookieSameSite: values.COOKIE_SAMESITE,
    passkeys: Object.freeze({
      rpId: values.PASSKEY_RP_ID ?? new URL(values.ISSUER).hostname,
      relatedOrigins: Object.freeze(values.PASSKEY_RELATED_ORIGINS),
    }),
    rateLimits: Object.freeze({
      loginAddress: values.RATE_LIMIT_LOGIN_ADDRESS,
      loginAccount: values.RATE_LIMIT_LOGIN_ACCOUNT,
      ...(values.RATE_LIMIT_GLOBAL !== 'off' && { global: values.RATE_LIMIT_GLOBAL }),
    }),
    passwordHash: Object.freeze(values.PASSWORD_HASH),
    passwords: Object.freeze({
      minLength: values.PASSWORD_MIN_LENGTH,
      ...(values.PASSWORD_WORDS !== undefined && { words: values.PASSWORD_WORDS }),
      breached: Object.freeze(values.PASSWORD_BREACHED),
    }),
    accountDeletionWait: values.ACCOUNT_DELETION_WAIT,
    registration: values.REGISTRATION === undefined ? isTrial(values) : values.REGISTRATION === 'on',
    trustProxy: values.TRUST_PROXY && Object.freeze(values.TRUST_PROXY),
    ...(values.GEOIP_DB !== undefined && { geoipDb: values.GEOIP_DB }),
    ...(values.ADDRESS_REPUTATION !== undefined && { addressReputation: values.ADDRESS_REPUTATION }),
    outboundAllowPrivate: values.OUTBOUND_ALLOW_PRIVATE,
    ...(values.SMTP_URL !== undefined &&
      values.MAIL_FROM !== undefined && {
        mail: Object.freeze({ server: values.SMTP_URL, from: values.MAIL_FROM }),
      }),
    brand: toBrand(values),
    ...(values.VIEWS_DIR !== undefined && { viewsDir: values.VIEWS_DIR }),
    ...(values.SMS_URL !== undefined && { sms: Object.freeze(values.SMS_URL) }),
    logLevel: values.LOG_LEVEL,
  })
}

const toBrand = (values: Values): Config['brand'] =>
  Object.freeze({
    name: values.BRAND_NAME,
    ...(values.BRAND_LOGO !== undefined && { logo: values.BRAND_LOGO }),
    logoAlone: values.BRAND_LOGO_ALONE,
    ...(values.BRAND_COLOR !== undefined && { color: values.BRAND_COLOR }),
    links: Object.freeze({
      ...(values.BRAND_PRIVACY_URL !== undefined && { privacy: values.BRAND_PRIVACY_URL }),
      ...(values.BRAND_TERMS_URL !== undefined && { terms: values.BRAND_TERMS_URL }),
      ...(values.BRAND_HELP_URL !== undefined && { help: values.BRAND_HELP_URL }),
    }),
    doorway: values.BRAND_DOORWAY,
    gatehouse: values.BRAND_GATEHOUSE,
  })

const findUnavailable = (sources: Sources) =>
  Object.keys(LATER)
    .filter((name) => sources.has(name))
    .map((name) => `${name} is not available yet, it has no effect`)

/**
 * Pure but for `readFile`, which `NAME_FILE` variables are read with, and the folder that a relative path starts in.
 * `execArgv`: the options that Node was started with.
 */
export function parseConfig(
  env: Environment,
  readFile: ReadFile,
  execArgv: readonly string[] = [],
): ConfigResult {
  const sources = readSources(env, readFile)
  const { values, problems } = readValues(sources)
  const facts: Facts = { values, isSet: (name) => sources.has(name) }
  problems.push(...findFaults(facts))
  if (values.NODE_ENV === 'production') problems.push(...findOpenings(env, execArgv))
  const warnings = [...findWeaknesses(facts), ...findUnavailable(sources), ...findNearMisses(env)]
  if (problems.length > 0) return { ok: false, problems, warnings }
  return { ok: true, config: toConfig(values as Values), warnings }
}

export const loadConfig = (): ConfigResult =>
  parseConfig(readEnvironment(), (path) => readFileSync(path, 'utf8'), process.execArgv)
