import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseConfig } from '../../config/config.ts'
import { judgeLeader, judgeOutbox } from './background.ts'
import { judgeClock } from './clock.ts'
import { checkConfiguration, checkFiles, checkNode } from './configuration.ts'
import { judgeConnectors } from './connectors.ts'
import { checkPages } from './pages.ts'
import { checkPasswords } from './passwords.ts'
import { judgeRedis } from './redis.ts'
import { exitOf, type Verdict } from './verdict.ts'
import { judgeWebhooks } from './webhooks.ts'

const tellings = (verdicts: Iterable<Verdict>): string[] =>
  [...verdicts].filter(({ status }) => status !== 'ok').map(({ status, message }) => `${status} ${message}`)

function configOf(env: Record<string, string>) {
  const result = parseConfig(env, () => '')
  if (!result.ok) throw new Error(result.problems[0]?.message)
  return result.config
}

describe('the settings', () => {
  it('at their defaults are nothing to speak of', () => {
    expect(tellings(checkConfiguration(configOf({}), []))).toEqual([])
  })

  it.each([
    [{ TRUST_PROXY: '1' }, 'TRUST_PROXY is set although ISSUER is http'],
    [{ REFRESH_REUSE_GRACE: '31s' }, 'REFRESH_REUSE_GRACE is 31s'],
  ])('%j are weaker', (env, message) => {
    expect(tellings(checkConfiguration(configOf(env), []))).toEqual([
      expect.stringContaining(`warn ${message}`),
    ])
  })

  it('are told with what the start warns of', () => {
    expect(tellings(checkConfiguration(configOf({}), ['a slip']))).toEqual(['warn a slip'])
  })
})

describe('new passwords', () => {
  const told = async (env: Record<string, string>): Promise<string[]> =>
    (await Array.fromAsync(checkPasswords(configOf(env)))).map(
      ({ status, message }) => `${status} ${message}`,
    )

  it('are held against what can be read, or somebody hears of it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'passwords-'))
    const [words, list] = [join(folder, 'words.txt'), join(folder, 'hashes.txt')]
    const env = { PASSWORD_WORDS: words, PASSWORD_BREACHED: list }
    expect(await told({})).toEqual([])
    expect(await told(env)).toEqual([
      expect.stringMatching(/^warn PASSWORD_WORDS: .*words\.txt can’t be read: ENOENT/),
      expect.stringMatching(/^warn PASSWORD_BREACHED: ENOENT.*: passwords are taken without it$/),
    ])
    await writeFile(words, 'alder\nbirch\n')
    await writeFile(list, `${'0'.repeat(40)}:1\n${'F'.repeat(40)}:2\n`)
    expect(await told(env)).toEqual([
      'ok PASSWORD_WORDS has 2 words',
      'ok the list of known passwords answers',
    ])
    await writeFile(list, 'password\n123456\n')
    expect((await told(env))[1]).toContain('holds a line that begins with no SHA-1')
    await rm(folder, { recursive: true })
  })
})

describe('the pages', () => {
  it('are not spoken of where they are ours', () => {
    expect([...checkPages(configOf({ BRAND_NAME: 'Alder', BRAND_COLOR: '#7a1f3d' }))]).toEqual([])
  })

  it('fail with what the operator gave that can’t be used', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'views-'))
    expect([...checkPages(configOf({ VIEWS_DIR: folder }))].map(({ status }) => status)).toEqual(['ok'])
    await writeFile(join(folder, 'layout.eta'), 'hello')
    const verdicts = [...checkPages(configOf({ VIEWS_DIR: folder }))]
    expect(tellings(verdicts)).toEqual([expect.stringMatching(/^fail VIEWS_DIR .*layout\.eta leaves out/)])
    expect(exitOf(verdicts)).toBe(78)
    await rm(folder, { recursive: true })
  })
})

describe('Node', () => {
  const told = (env: Record<string, string>, execArgv: string[] = []): string[] =>
    tellings(checkNode(env, execArgv))

  it.each([
    ['a debugger', { NODE_OPTIONS: '--max-old-space-size=512 --inspect=0.0.0.0' }, [], '--inspect'],
    ['dumps', {}, ['--heapsnapshot-signal=SIGUSR2'], '--heapsnapshot-signal'],
    ['no look at certificates', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, [], 'NODE_TLS_REJECT_UNAUTHORIZED'],
  ])('A-917 with %s is warned of outside production too', (_, env, execArgv, name) => {
    expect(told(env, execArgv)).toEqual([expect.stringMatching(`^warn .*${name}`)])
  })

  it('with other options is fine', () => {
    expect(told({ NODE_OPTIONS: '--max-old-space-size=512' })).toEqual([])
  })
})

describe('the files', () => {
  let dataDir: string
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-doctor-'))
  })
  afterEach(() => rm(dataDir, { recursive: true }))

  async function verdicts(folder = dataDir): Promise<Verdict[]> {
    const all: Verdict[] = []
    for await (const verdict of checkFiles({ dataDir: folder })) all.push(verdict)
    return all
  }

  it('A-916 that are open to others are named with what to do', async () => {
    await writeFile(join(dataDir, 'master.key'), 'x')
    await chmod(join(dataDir, 'master.key'), 0o644)
    await chmod(dataDir, 0o750)
    expect(tellings(await verdicts())).toEqual([
      `warn ${dataDir} is open to others (mode 0750): chmod 0700 it`,
      `warn ${join(dataDir, 'master.key')} is open to others (mode 0644): chmod 0600 it`,
    ])
  })

  it('that are closed are fine, and those that are not there are nothing', async () => {
    expect(await verdicts()).toMatchObject([{ status: 'ok' }])
    expect(await verdicts(join(dataDir, 'none'))).toEqual([])
  })
})

describe('Redis', () => {
  const facts = {
    product: 'Redis',
    version: '7.2.4',
    evictionPolicy: 'noeviction',
    appendOnly: true,
    now: 1000,
    tookMs: 1,
  } as const

  it('as it should be is fine', () => {
    expect(tellings(judgeRedis(facts, 1000))).toEqual([])
  })

  it.each([
    [{ version: '6.2.0' }, 'fail Redis 6.2.0 is too old'],
    [{ product: 'Valkey', version: '7.2.5' }, 'fail Valkey 7.2.5 is too old'],
    [{ evictionPolicy: 'allkeys-lru' }, 'warn maxmemory-policy is allkeys-lru'],
    [{ evictionPolicy: 'volatile-ttl' }, 'warn maxmemory-policy is volatile-ttl'],
    [{ appendOnly: false }, 'warn appendonly is off'],
    [{ now: 4000 }, 'warn its clock is 3s ahead of this machine’s'],
  ] as const)('F-108, F-145 with %j is not', (change, message) => {
    expect(tellings(judgeRedis({ ...facts, ...change }, 1000))).toEqual([expect.stringContaining(message)])
  })
})

describe('the background work', () => {
  it('F-151 that nobody leads is told, with since when', () => {
    expect(judgeLeader({ holder: 'a:1', leftMs: 4000 })).toMatchObject({ status: 'ok', message: 'a:1 leads' })
    const gone = judgeLeader({ holder: 'a:1', leftMs: -180_000 })
    expect(tellings([gone])).toEqual([expect.stringContaining('warn none leads since 3m')])
    expect(judgeLeader(undefined)).toMatchObject({ status: 'note' })
  })

  it('that leaves messages waiting, or has set some aside, is told', () => {
    const judge = (waiting: number, dead: number, age: number) => [
      ...judgeOutbox({ waiting, dead, oldestAt: 1_000_000_000 - age }, 1_000_000_000),
    ]
    expect(tellings(judge(0, 0, 0))).toEqual([])
    expect(tellings(judge(2, 0, 10_000))).toEqual([])
    expect(tellings(judge(2, 0, 600_000))).toEqual(['warn 2 messages waiting, the oldest for 10m'])
    expect(tellings(judge(0, 1, 0))).toEqual([expect.stringContaining('warn 1 message set aside')])
  })
})

describe('connectors', () => {
  it('are asked who they are, and named where they are of no use', async () => {
    const connector = (slug: string, disabled = false) => ({
      ...{ slug, disabled, config: { issuer: `https://${slug}.example`, client_id: 'x' } },
    })
    const asked: string[] = []
    const verdicts = judgeConnectors(
      [connector('acme'), connector('globex'), connector('old', true)],
      async ({ slug }) => {
        asked.push(slug)
        if (slug === 'globex') throw new TypeError('outgoing request: unresolved')
      },
    )
    const told = (await Array.fromAsync(verdicts)).map(({ status, message }) => `${status} ${message}`)
    expect(told).toEqual([
      'ok acme: https://acme.example answers',
      'warn globex: https://globex.example is of no use: outgoing request: unresolved',
      'note old is disabled',
    ])
    expect(asked).toEqual(['acme', 'globex'])
  })
})

describe('webhooks', () => {
  const now = 1_000_000_000
  const siem = { id: '1', name: 'siem', disabled: undefined, failingSince: undefined, lastFailure: undefined }
  const judge = (more: object, dead = 0) =>
    tellings(
      judgeWebhooks([{ ...siem, ...more }], new Map([['1', { waiting: 0, dead, oldestAt: undefined }]]), now),
    )

  it('are spoken of when they fail for a while, were set aside, or did not take something', () => {
    expect(judge({})).toEqual([])
    expect(judge({ failingSince: now - 60_000, lastFailure: 'timeout' })).toEqual([])
    expect(judge({ failingSince: now - 600_000, lastFailure: 'timeout' })).toEqual([
      'warn siem fails since 10m: timeout',
    ])
    expect(judge({ disabled: { at: now - 600_000, reason: 'operator' } })).toEqual([])
    expect(judge({ disabled: { at: now - 600_000, reason: 'failing' } })).toEqual([
      'warn siem is told nothing since 10m: it failed for days; gatehouse webhook enable siem',
    ])
    expect(judge({}, 2)).toEqual(['warn siem did not take 2 events: gatehouse webhook dead siem'])
  })
})

describe('two clocks', () => {
  it('may differ by two seconds', () => {
    expect(judgeClock('database', 10_000, 12_000)).toEqual([])
    expect(tellings(judgeClock('database', 10_000, 12_001))).toEqual([
      'warn its clock is 2s behind this machine’s',
    ])
  })
})

describe('the exit code', () => {
  const fail = (exit?: number): Verdict => ({
    check: 'x',
    status: 'fail',
    message: '',
    ...(exit && { exit }),
  })

  it('is that of the gravest failure', () => {
    expect(exitOf([{ check: 'x', status: 'warn', message: '' }])).toBe(0)
    expect(exitOf([fail()])).toBe(1)
    expect(exitOf([fail(), fail(69)])).toBe(69)
    expect(exitOf([fail(69), fail(78)])).toBe(78)
  })
})
