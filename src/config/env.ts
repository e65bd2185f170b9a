/**
 * Every variable of the environment, once: the check, the default, the documentation and `.env.example` all come from
 * here. This is the only file that reads `process.env`.
 */
import type { z } from 'zod'
import { brandName, color, webPage } from './values/brand.ts'
import { breachedList } from './values/breached-list.ts'
import { duration } from './values/duration.ts'
import { issuer } from './values/issuer.ts'
import { mailbox, smtpServer } from './values/mail.ts'
import { masterKeys } from './values/master-keys.ts'
import { cookieDomain, origins } from './values/origins.ts'
import { passwordCost } from './values/password-cost.ts'
import { listenHost, oneOf, path, storeUrl, streamKey, wholeNumber, yesOrNo } from './values/plain.ts'
import { rateLimit, rateLimitOrOff } from './values/rate-limit.ts'
import { smsProvider } from './values/sms.ts'
import { trustProxy } from './values/trust-proxy.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export const readEnvironment = (): Environment => process.env

export interface Described {
  /** The text taken when the variable is unset. */
  default?: string
  /** What being unset means, where no text says it. */
  unset?: string
  meaning: string
  example: string
  /** `whole`: shown nowhere. `url`: shown without user information and query. */
  secret?: 'whole' | 'url'
}

export interface Variable extends Described {
  schema: z.ZodType<unknown, string>
}

export const VARIABLES = {
  NODE_ENV: {
    default: 'development',
    meaning:
      '`production` refuses what is only fit for trying out: embedded storage, the demo, an issuer without https, a cheap password hash',
    example: 'production',
    schema: oneOf(['production', 'development', 'test']),
  },
  ISSUER: {
    default: 'http://localhost:3000',
    meaning:
      'Issuer identifier: the origin that browsers and clients use, exactly as they compare it. https, and not a loopback name, in production',
    example: 'https://id.example.com',
    schema: issuer,
  },
  PORT: {
    default: '3000',
    meaning: 'Port of the public listener; 0 takes a free one',
    example: '3000',
    schema: wholeNumber(0, 65_535),
  },
  HOST: {
    unset: '`127.0.0.1` with embedded storage, else `0.0.0.0`',
    meaning: 'Address of the public listener',
    example: '0.0.0.0',
    schema: listenHost,
  },
  MANAGEMENT_PORT: {
    default: '9000',
    meaning:
      'Port of the listener with `/healthz`, `/livez`, `/readyz` and `/metrics`; 0 takes a free one. Keep it from the public',
    example: '9000',
    schema: wholeNumber(0, 65_535),
  },
  MANAGEMENT_HOST: {
    unset: 'as `HOST`',
    meaning: 'Address of the management listener',
    example: '127.0.0.1',
    schema: listenHost,
  },
  DATABASE_URL: {
    unset: 'embedded PostgreSQL in `DATA_DIR`',
    meaning: 'PostgreSQL 14 or newer. Required in production',
    example: 'postgresql://gatehouse:PASSWORD@db.internal:5432/gatehouse',
    secret: 'url',
    schema: storeUrl('postgresql', 'postgres'),
  },
  DATABASE_POOL_MAX: {
    default: '20',
    meaning: 'Connections to PostgreSQL that one process opens at most',
    example: '20',
    schema: wholeNumber(1, 1000),
  },
  REDIS_URL: {
    unset: 'the database holds the short-lived state too',
    meaning: 'Redis 7 or newer, or Valkey 8 or newer; `rediss://` for TLS',
    example: 'rediss://:PASSWORD@redis.internal:6379/0',
    secret: 'url',
    schema: storeUrl('redis', 'rediss'),
  },
  EVENT_STREAM: {
    unset: 'no stream',
    meaning:
      'Key of a stream in Redis to which every event but `token.refreshed` is appended for other systems; the newest 100,000 stay',
    example: 'gatehouse-events',
    schema: streamKey,
  },
  DATA_DIR: {
    default: './data',
    meaning: 'Folder of embedded storage and of generated secrets (mode 0700, its files 0600)',
    example: '/var/lib/gatehouse',
    schema: path,
  },
  MASTER_KEY: {
    unset: 'generated into `DATA_DIR` with embedded storage; required with `DATABASE_URL`',
    meaning:
      'Wraps the data keys and nothing else: 32 random bytes in base64. Several, separated by commas: the first wraps, all unwrap. Without it the stored keys are lost: keep a copy',
    example: '"$(openssl rand -base64 32)"',
    secret: 'whole',
    schema: masterKeys,
  },
  ACCESS_TOKEN_EXP: {
    default: '15m',
    meaning: 'Life of access and id tokens; 15m at most, as a revocation can’t reach a signed one earlier',
    example: '5m',
    schema: duration('1s', '15m'),
  },
  REFRESH_TOKEN_EXP: {
    default: '7d',
    meaning: 'Life of a refresh token since it was issued',
    example: '7d',
    schema: duration('1s', '3650d'),
  },
  REFRESH_FAMILY_EXP: {
    default: '30d',
    meaning: 'Life of a chain of refresh tokens since the sign-in, however often it rotates',
    example: '30d',
    schema: duration('1s', '3650d'),
  },
  SESSION_EXP: {
    default: '14d',
    meaning: 'Life of the browser’s session since its last use',
    example: '14d',
    schema: duration('1s', '3650d'),
  },
  SESSION_MAX_EXP: {
    default: '90d',
    meaning: 'Life of the browser’s session since the sign-in',
    example: '90d',
    schema: duration('1s', '3650d'),
  },
  REFRESH_REUSE_GRACE: {
    default: '10s',
    meaning:
      'Window in which a repeated refresh gets the same successor and a late duplicate is refused without harm; 0: every repeat is reuse',
    example: '10s',
    schema: duration('0', '60s'),
  },
  REFRESH_REUSE_REVOKES: {
    default: 'session',
    meaning:
      'What a detected reuse ends: `family`, `session` (every family of that sign-on session) or `user`',
    example: 'user',
    schema: oneOf(['family', 'session', 'user']),
  },
  FIRST_PARTY_ORIGINS: {
    unset: 'the issuer’s own outside production; `off` in production',
    meaning:
      'Origins whose pages may call `/auth/*`, separated by commas; `off` switches the first-party API off',
    example: 'https://app.example.com',
    schema: origins,
  },
  COOKIE_DOMAIN: {
    unset: 'this host only',
    meaning: 'Domain of the first-party refresh cookie. Every host below it can overwrite that cookie',
    example: 'example.com',
    schema: cookieDomain,
  },
  COOKIE_SAMESITE: {
    default: 'Strict',
    meaning:
      '`SameSite` of the first-party refresh cookie; `Lax` adds the cookie `csrf_token`, which a page repeats in `X-CSRF-Token`',
    example: 'Lax',
    schema: oneOf(['Strict', 'Lax']),
  },
  REGISTRATION: {
    unset: '`on` where the demo lives (outside production, `ISSUER` a loopback name), else `off`',
    meaning: 'Whether people may make accounts themselves, at `/register`',
    example: 'on',
    schema: oneOf(['on', 'off']),
  },
  PASSKEY_RP_ID: {
    unset: 'the host of `ISSUER`',
    meaning:
      'Domain that passkeys are made for: the host of `ISSUER` or a domain above it. Where it changes, all passkeys are lost',
    example: 'example.com',
    schema: cookieDomain,
  },
  PASSKEY_RELATED_ORIGINS: {
    default: 'off',
    meaning:
      'Other origins whose pages may use these passkeys, separated by commas; listed at `/.well-known/webauthn`. Browsers take five sites at least, some no more',
    example: 'https://app.example.org',
    schema: origins,
  },
  ACCOUNT_DELETION_WAIT: {
    default: '14d',
    meaning: 'How long an account that its person deletes can still be kept; nobody signs in to it meanwhile',
    example: '30d',
    schema: duration('0', '365d'),
  },
  RATE_LIMIT_LOGIN_ADDRESS: {
    default: '20/15m',
    meaning:
      'Failures of each address (IPv6: each /64) within a time: sign-ins, one-time links, and the secrets of each client. What succeeds is not counted',
    example: '100/15m',
    schema: rateLimit,
  },
  RATE_LIMIT_LOGIN_ACCOUNT: {
    default: '10/15m',
    meaning:
      'Failed sign-ins for each account within a time, and again for each device that has signed in to it before',
    example: '5/15m',
    schema: rateLimit,
  },
  RATE_LIMIT_GLOBAL: {
    default: 'off',
    meaning:
      'Requests of each address (IPv6: each /64) within a time, over everything but `/oauth2/token` and `/healthz`',
    example: '1000/1m',
    schema: rateLimitOrOff,
  },
  PASSWORD_HASH: {
    default: 'm=19456,t=2,p=1',
    meaning:
      'Cost of argon2id: memory in KiB, passes, lanes. Less than OWASP’s floor (19456 with 2 passes, 47104 with 1, 12288 with 3, 9216 with 4, 7168 with 5) is refused in production',
    example: 'm=65536,t=3,p=1',
    schema: passwordCost,
  },
  PASSWORD_MIN_LENGTH: {
    default: '8',
    meaning:
      'Characters that a new password must have. NIST asks for 15 where nothing but the password is asked for, and for 8 where there is a second factor',
    example: '15',
    schema: wholeNumber(8, 64),
  },
  PASSWORD_WORDS: {
    unset: 'only what is built in',
    meaning:
      'File of words, one a line, that new passwords must not be made of: what your organization, its products and its places are called; read again when it is replaced',
    example: '/var/lib/gatehouse/words.txt',
    schema: path,
  },
  PASSWORD_BREACHED: {
    default: 'off',
    meaning:
      'Refuses new passwords that have become known: `api` asks Have I Been Pwned by the first five digits of a SHA-1; or the https URL of a mirror, ending with a slash; or the path of a file of sorted SHA-1 hashes. While the list can’t be asked, passwords are taken',
    example: 'api',
    schema: breachedList,
  },
  TRUST_PROXY: {
    default: 'false',
    meaning:
      'Whose forwarded headers are believed: the number of proxies in front, or their addresses and CIDR ranges, separated by commas',
    example: '10.0.0.0/8,fd00::/8',
    schema: trustProxy,
  },
  GEOIP_DB: {
    unset: 'the built-in country file',
    meaning:
      'File in MaxMind’s format, of countries or of cities, that says where addresses are; read again when it is replaced',
    example: '/var/lib/gatehouse/city.mmdb',
    schema: path,
  },
  ADDRESS_REPUTATION: {
    unset: 'no address is suspect',
    meaning:
      'File of addresses and CIDR ranges, one a line, that sign-ins should not come from; read again when it is replaced',
    example: '/var/lib/gatehouse/addresses.txt',
    schema: path,
  },
  SMS_URL: {
    unset: 'text messages go to the demo’s mailbox; in production nobody is offered any',
    meaning:
      'Who takes text messages: Twilio or what speaks like it (`twilio://ACCOUNT:TOKEN@HOST?from=SENDER`, `twilio+http://` for test set-ups), or a webhook that is told them as JSON, signed (`https://:SECRET@HOST/PATH`). Codes by text message are weaker than the others',
    example: 'twilio://ACCOUNT:TOKEN@api.twilio.com?from=%2B15550100',
    secret: 'url',
    schema: smsProvider,
  },
  OUTBOUND_ALLOW_PRIVATE: {
    default: 'false',
    meaning:
      'Lets outgoing requests (back-channel logout, webhooks, text messages, connectors) go to private addresses, to any port, and by http; for test set-ups only: who may write down an address can then make the server call what only it can reach',
    example: 'true',
    schema: yesOrNo,
  },
  SMTP_URL: {
    unset: 'mail goes to the demo’s mailbox; in production it waits, and `doctor` fails',
    meaning:
      'Server that takes outgoing mail; `smtps://` for TLS from the start, otherwise STARTTLS, which must be there where a password is sent',
    example: 'smtps://USER:PASSWORD@mail.internal',
    secret: 'url',
    schema: smtpServer,
  },
  MAIL_FROM: {
    unset: 'none; required with `SMTP_URL`',
    meaning: 'Sender of outgoing mail',
    example: 'Gatehouse <no-reply@example.com>',
    schema: mailbox,
  },
  BRAND_NAME: {
    default: 'Gatehouse',
    meaning: 'What people know this service as: at the head of pages and mails, and in titles',
    example: 'Example Accounts',
    schema: brandName,
  },
  BRAND_LOGO: {
    unset: 'the first letter of the name, or Gatehouse’s own mark',
    meaning: 'Picture beside the name, an SVG, PNG, JPEG or WebP of 32 kB at most, drawn for a white ground',
    example: '/etc/gatehouse/logo.svg',
    schema: path,
  },
  BRAND_LOGO_ALONE: {
    default: 'false',
    meaning: 'Whether the picture has the name in it already, so that it stands alone',
    example: 'true',
    schema: yesOrNo,
  },
  BRAND_COLOR: {
    unset: 'Gatehouse’s own',
    meaning:
      'Colour of buttons, links and marks; what is written on it or in it is derived so that it can be read',
    example: '#7a1f3d',
    schema: color,
  },
  BRAND_PRIVACY_URL: {
    unset: 'no link',
    meaning: 'Privacy policy, linked in the foot of every page',
    example: 'https://example.com/privacy',
    schema: webPage,
  },
  BRAND_TERMS_URL: {
    unset: 'no link',
    meaning: 'Terms of service, linked in the foot of every page',
    example: 'https://example.com/terms',
    schema: webPage,
  },
  BRAND_HELP_URL: {
    unset: 'no link',
    meaning: 'Where people find help, linked in the foot of every page',
    example: 'mailto:help@example.com',
    schema: webPage,
  },
  BRAND_DOORWAY: {
    default: 'true',
    meaning: 'Whether the two arches stand round the card on wide screens',
    example: 'false',
    schema: yesOrNo,
  },
  BRAND_GATEHOUSE: {
    default: 'true',
    meaning: 'Whether pages of another name say at their foot that they are made with Gatehouse',
    example: 'false',
    schema: yesOrNo,
  },
  VIEWS_DIR: {
    unset: 'only what is built in',
    meaning:
      'Folder of templates, words and style sheets that take the place of those of the same name in `views`; what is missing there is ours',
    example: '/etc/gatehouse/views',
    schema: path,
  },
  LOG_LEVEL: {
    default: 'info',
    meaning: 'Least level that is written: `trace`, `debug`, `info`, `warn`, `error` or `fatal`',
    example: 'debug',
    schema: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal']),
  },
} as const satisfies Record<string, Variable>

export type VariableName = keyof typeof VARIABLES

type Parsed<V extends Variable> = V extends { default: string }
  ? z.output<V['schema']>
  : z.output<V['schema']> | undefined

export type Values = { [Name in VariableName]: Parsed<(typeof VARIABLES)[Name]> }
