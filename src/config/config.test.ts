import { isAbsolute } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Config, parseConfig } from './config.ts'
import type { Environment } from './env.ts'
import { formatProblems } from './problem.ts'

const KEY = Buffer.alloc(32, 'first key').toString('base64')
const OTHER_KEY = Buffer.alloc(32, 'second one').toString('base64')
const PRODUCTION = {
  NODE_ENV: 'production',
  ISSUER: 'https://id.example.com',
  DATABASE_URL: 'postgresql://gatehouse:pw@db/gatehouse',
  MASTER_KEY: KEY,
  TRUST_PROXY: '1',
}

function noFile(path: string): string {
  throw Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' })
}

function accepted(env: Environment): Config {
  const result = parseConfig(env, noFile)
  if (!result.ok) throw new Error(formatProblems(result.problems))
  return result.config
}

function refused(env: Environment): string[] {
  const result = parseConfig(env, noFile)
  return result.ok ? [] : result.problems.map(({ variable }) => variable)
}

const warnings = (env: Environment) => parseConfig(env, noFile).warnings.join('\n')

describe('the default', () => {
  test('is embedded storage on loopback, as documented', () => {
    const { dataDir, ...config } = accepted({})
    expect(isAbsolute(dataDir)).toBe(true)
    expect(config).toEqual({
      production: false,
      issuer: 'http://localhost:3000',
      listen: { host: '127.0.0.1', port: 3000 },
      management: { host: '127.0.0.1', port: 9000 },
      databasePoolMax: 20,
      masterKeys: undefined,
      accessTokenExp: 900_000,
      refreshTokenExp: 604_800_000,
      refreshFamilyExp: 2_592_000_000,
      sessionExp: 1_209_600_000,
      sessionMaxExp: 7_776_000_000,
      refreshReuseGrace: 10_000,
      rateLimits: {
        loginAddress: { count: 20, windowMs: 900_000 },
        loginAccount: { count: 10, windowMs: 900_000 },
      },
      refreshReuseRevokes: 'session',
      firstPartyOrigins: ['http://localhost:3000'],
      cookieSameSite: 'Strict',
      passwordHash: { memoryKiB: 19_456, passes: 2, parallelism: 1 },
      passwords: { minLength: 8, breached: { kind: 'off' } },
      registration: true,
      accountDeletionWait: 1_209_600_000,
      passkeys: { rpId: 'localhost', relatedOrigins: [] },
      trustProxy: false,
      outboundAllowPrivate: false,
      brand: { name: 'Gatehouse', logoAlone: false, links: {}, doorway: true, gatehouse: true },
      logLevel: 'info',
    })
    expect(warnings({})).toBe('')
  })

  test('lets people register where the demo lives, and nowhere else unless told to', () => {
    const registration = (env: Environment) => accepted({ ...PRODUCTION, ...env }).registration
    expect(accepted({ ISSUER: 'http://id.test:3000' }).registration).toBe(false)
    expect([registration({}), registration({ REGISTRATION: 'on' })]).toEqual([false, true])
    expect(accepted({ REGISTRATION: 'off' }).registration).toBe(false)
  })

  test('listens everywhere once a database is named, and management as HOST', () => {
    const named = accepted({ DATABASE_URL: 'postgres://db/x', MASTER_KEY: KEY })
    expect([named.listen.host, named.management.host]).toEqual(['0.0.0.0', '0.0.0.0'])
    const chosen = accepted({ HOST: '::1', MANAGEMENT_HOST: 'localhost' })
    expect([chosen.listen.host, chosen.management.host]).toEqual(['::1', 'localhost'])
  })

  test('can not be changed by a room that was handed it', () => {
    const config = accepted(PRODUCTION)
    for (const part of [config, config.listen, config.management, config.passwordHash, config.masterKeys])
      expect(Object.isFrozen(part)).toBe(true)
  })
})

describe('faults', () => {
  test('are all told at once, each with name, reason and example', () => {
    const env = {
      PORT: 'eighty',
      ISSUER: 'id.example.com',
      ACCESS_TOKEN_EXP: '20m',
      MASTER_KEY: 'short',
      HOST: 'a b',
    }
    const result = parseConfig(env, noFile)
    expect(result.ok ? [] : formatProblems(result.problems).trimEnd().split('\n')).toEqual([
      'ISSUER must be an absolute URL, not "id.example.com" (ISSUER=https://id.example.com)',
      'PORT must be a whole number from 0 to 65535, not "eighty" (PORT=3000)',
      'HOST must be an IP address or a host name, without a port, not "a b" (HOST=0.0.0.0)',
      'MASTER_KEY must be 32 bytes in base64 (44 characters), several separated by commas (MASTER_KEY="$(openssl rand -base64 32)")',
      'ACCESS_TOKEN_EXP must be a duration from 1s to 15m in whole seconds, such as 90s, 15m or 7d, not "20m" (ACCESS_TOKEN_EXP=5m)',
    ])
  })

  test.each([
    ['of 31 bytes', Buffer.alloc(31, 'short of one').toString('base64')],
    ['in hexadecimal', Buffer.from(KEY, 'base64').toString('hex')],
    ['all zero', Buffer.alloc(32).toString('base64')],
    ['with a slip in its last sign', `${KEY.slice(0, 42)}B=`],
    ['empty', ''],
  ])('A-916 a master key %s is refused by name, and not shown', (_, key) => {
    const result = parseConfig({ ...PRODUCTION, MASTER_KEY: key }, noFile)
    const told = result.ok ? '' : formatProblems(result.problems)
    expect(told).toContain('MASTER_KEY')
    if (key !== '') expect(told).not.toContain(key.slice(0, 20))
  })

  test('never repeat a secret', () => {
    const result = parseConfig(
      {
        DATABASE_URL: 'mysql://u:hunter2@db/x',
        REDIS_URL: 'hunter2',
        MASTER_KEY: 'hunter2',
        ISSUER: 'https://u:hunter2@id.example.com',
        SMTP_URL: 'smtp://u:hunter2@mail',
        SMTP_URI: 'smtp://u:hunter2@mail',
      },
      noFile,
    )
    expect(result.ok).toBe(false)
    expect(JSON.stringify(result)).not.toContain('hunter2')
  })

  test('of one variable are not judged again together with others', () => {
    expect(refused({ NODE_ENV: 'production', DATABASE_URL: 'mysql://db' })).toEqual([
      'DATABASE_URL',
      'MASTER_KEY',
      'ISSUER',
      'ISSUER',
    ])
    expect(refused({ REFRESH_TOKEN_EXP: 'x', REFRESH_FAMILY_EXP: '1s' })).toEqual(['REFRESH_TOKEN_EXP'])
  })

  test('come with the warnings, as a misspelt name explains a missing one', () => {
    const result = parseConfig({ DATABASE_URL: 'postgres://db/x', MASTER_KYE: KEY }, noFile)
    expect(result.ok).toBe(false)
    expect(result.warnings).toEqual(['MASTER_KYE is not known and has no effect: is MASTER_KEY meant?'])
  })
})

describe('production', () => {
  test('takes a full set without a word', () => {
    expect(accepted(PRODUCTION)).toMatchObject({ production: true, trustProxy: 1, issuer: PRODUCTION.ISSUER })
    expect(warnings(PRODUCTION)).toBe('')
  })

  test.each([
    ['embedded storage (A-907)', { DATABASE_URL: undefined }, ['DATABASE_URL']],
    ['a missing master key', { MASTER_KEY: '' }, ['MASTER_KEY']],
    ['an http issuer', { ISSUER: 'http://id.example.com' }, ['ISSUER']],
    ['a loopback issuer', { ISSUER: 'https://127.0.0.1' }, ['ISSUER']],
    ['the default issuer', { ISSUER: undefined }, ['ISSUER', 'ISSUER']],
    ['a cheap password hash', { PASSWORD_HASH: 'm=8192,t=2,p=1' }, ['PASSWORD_HASH']],
  ])('refuses %s', (_, change, variables) => {
    expect(refused({ ...PRODUCTION, ...change })).toEqual(variables)
  })

  test('refuses an open debugger (A-917), which is let be elsewhere', () => {
    const refusedWith = (env: Environment) => {
      const result = parseConfig(env, noFile, ['--inspect'])
      return result.ok ? [] : result.problems.map(({ variable }) => variable)
    }
    expect([refusedWith(PRODUCTION), refusedWith({})]).toEqual([['NODE_OPTIONS'], []])
  })

  test('takes any of OWASP’s equal password costs', () => {
    expect(refused({ ...PRODUCTION, PASSWORD_HASH: 'm=47104,t=1,p=1' })).toEqual([])
    expect(refused({ ...PRODUCTION, PASSWORD_HASH: 'm=7168,t=5,p=1' })).toEqual([])
  })

  test.each(['prod', 'Production', 'production '])('is not missed by a slip: NODE_ENV=%s', (text) => {
    expect(refused({ NODE_ENV: text })).toEqual(['NODE_ENV'])
  })
})

describe('two variables', () => {
  test.each([
    [
      'a database without a master key that the nodes share',
      { DATABASE_URL: 'postgres://db/x' },
      'MASTER_KEY',
    ],
    [
      'a family shorter than its tokens',
      { REFRESH_TOKEN_EXP: '2d', REFRESH_FAMILY_EXP: '1d' },
      'REFRESH_FAMILY_EXP',
    ],
    ['a session that outlives its end', { SESSION_EXP: '91d' }, 'SESSION_MAX_EXP'],
    ['one port for the public and management', { PORT: '9000' }, 'MANAGEMENT_PORT'],
    ['a cookie for somebody else’s domain', { COOKIE_DOMAIN: 'example.com' }, 'COOKIE_DOMAIN'],
  ])('refused: %s', (_, env, variable) => {
    expect(refused(env)).toEqual([variable])
  })

  test.each([
    ['com', 'https://id.example.com'],
    ['co.uk', 'https://id.example.co.uk'],
    ['uk', 'https://id.example.co.uk'],
    ['github.io', 'https://example.github.io'],
    ['amazonaws.com', 'https://id.s3.amazonaws.com'],
    ['corp', 'https://id.corp'],
    ['0.1', 'http://10.0.0.1'],
  ])('no passkeys or cookies for %s, the public suffix of %s', (domain, issuer) => {
    for (const variable of ['PASSKEY_RP_ID', 'COOKIE_DOMAIN'])
      expect(refused({ ISSUER: issuer, [variable]: domain })).toEqual([variable])
  })

  test.each([
    ['example.com', 'https://login.id.example.com'],
    ['id.example.com', 'https://login.id.example.com'],
    ['example.co.uk', 'https://id.example.co.uk'],
    ['example.github.io', 'https://id.example.github.io'],
    ['example.corp', 'https://id.example.corp'],
    ['github.io', 'https://github.io'],
  ])('passkeys for %s at %s', (domain, issuer) => {
    expect(accepted({ ISSUER: issuer, PASSKEY_RP_ID: domain }).passkeys.rpId).toBe(domain)
  })

  test.each(['example.org', 'other.example.com', 'ample.com'])('no passkeys for %s elsewhere', (domain) => {
    expect(refused({ ISSUER: 'https://id.example.com', PASSKEY_RP_ID: domain })).toEqual(['PASSKEY_RP_ID'])
  })

  test('may both ask for a free port', () => {
    expect(accepted({ PORT: '0', MANAGEMENT_PORT: '0' }).listen.port).toBe(0)
  })
})

test('in production no page may call the first-party API until its origin is named', () => {
  expect(accepted(PRODUCTION).firstPartyOrigins).toEqual([])
  expect(accepted({ FIRST_PARTY_ORIGINS: 'off' }).firstPartyOrigins).toEqual([])
})

describe('weak settings speak up', () => {
  test.each([
    ['a cheap password hash', { PASSWORD_HASH: 'm=64,t=1,p=1' }, 'PASSWORD_HASH is below'],
    ['http beyond this machine', { ISSUER: 'http://id.test' }, 'ISSUER is http'],
    [
      'a public issuer without production',
      { ISSUER: 'https://id.example.com' },
      'NODE_ENV is not production',
    ],
    ['a default issuer at another port', { PORT: '4000' }, 'ISSUER is not set'],
    [
      'a cookie that other hosts can overwrite',
      { ...PRODUCTION, COOKIE_DOMAIN: 'example.com' },
      'COOKIE_DOMAIN is set',
    ],
    ['no trusted proxy in production', { ...PRODUCTION, TRUST_PROXY: 'false' }, 'TRUST_PROXY is false'],
    [
      'outgoing requests to private addresses',
      { ...PRODUCTION, OUTBOUND_ALLOW_PRIVATE: 'true' },
      'OUTBOUND_ALLOW_PRIVATE is true',
    ],
    [
      'a part that is not there yet',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' },
      'OTEL_EXPORTER_OTLP_ENDPOINT is not available yet',
    ],
  ])('%s', (_, env, warning) => {
    expect(warnings(env)).toMatch(new RegExp(`^${warning}`))
  })
})

describe('NAME_FILE', () => {
  const files: Record<string, string> = {
    '/run/key': `${KEY}\n`,
    '/run/empty': '\n',
    '/run/url': 'redis://r',
  }
  const read = (path: string) => files[path] ?? noFile(path)
  const problems = (env: Environment) => {
    const result = parseConfig(env, read)
    return result.ok ? [] : result.problems
  }

  test('gives a value by a file, one line end cut', () => {
    const result = parseConfig({ MASTER_KEY_FILE: '/run/key', REDIS_URL_FILE: '/run/url' }, read)
    expect(result.ok && result.config).toMatchObject({
      masterKeys: [Buffer.from(KEY, 'base64')],
      redisUrl: 'redis://r',
    })
  })

  test('is refused beside the variable itself', () => {
    expect(problems({ MASTER_KEY: KEY, MASTER_KEY_FILE: '/run/key' })).toMatchObject([
      { variable: 'MASTER_KEY', message: 'is given twice, also as MASTER_KEY_FILE: unset one of them' },
    ])
  })

  test.each([
    ['is missing', '/run/nothing', 'names a file that can’t be read (ENOENT)'],
    ['is empty', '/run/empty', 'names a file that is empty'],
  ])('that %s is a fault of its own', (_, path, message) => {
    expect(problems({ MASTER_KEY_FILE: path })).toMatchObject([{ variable: 'MASTER_KEY_FILE', message }])
  })

  test('does not repeat a key that stands where its path belongs', () => {
    expect(JSON.stringify(problems({ MASTER_KEY_FILE: KEY }))).not.toContain(KEY)
  })
})

describe('MASTER_KEY (A-916)', () => {
  const keys = (text: string) => refused({ MASTER_KEY: text })

  test('takes several, the first first', () => {
    expect(accepted({ MASTER_KEY: `${OTHER_KEY}, ${KEY}` }).masterKeys).toEqual([
      Buffer.from(OTHER_KEY, 'base64'),
      Buffer.from(KEY, 'base64'),
    ])
  })

  test.each([
    ['31 bytes', Buffer.alloc(31, 'x y').toString('base64')],
    ['33 bytes', Buffer.alloc(33, 'x y').toString('base64')],
    ['all zero', Buffer.alloc(32).toString('base64')],
    ['one byte over and over', Buffer.alloc(32, 0xff).toString('base64')],
    ['one key twice', `${KEY},${KEY}`],
    ['an empty place in the list', `${KEY},`],
    ['no padding', KEY.replace('=', '')],
    ['stray bits behind the last byte', KEY.replace(/.=$/, '/=')],
    ['a phrase', 'correct horse battery staple'],
    ['hexadecimal', '0123456789abcdef'.repeat(4)],
  ])('refused: %s', (_, text) => {
    expect(keys(text)).toEqual(['MASTER_KEY'])
  })
})
