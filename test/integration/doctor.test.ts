/** `doctor` on healthy and ailing set-ups: it looks, says what it found, and changes nothing. */
import { existsSync } from 'node:fs'
import { chmod, readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { onDatabase } from '../security/probes.ts'
import { bareDatabase, freshDatabase } from '../support/databases.ts'
import { SET_UP } from '../support/flows.ts'
import { type House, openHouse, openHouseOn } from '../support/house.ts'
import { withHouse } from '../support/on-every-storage.ts'

interface Report {
  code: number | null
  ok: boolean
  /** `warn clients: …` */
  lines: string[]
  text: string
}

async function doctor(house: House, env: Record<string, string> = {}, flags: string[] = []): Promise<Report> {
  const { code, stdout } = await house.run(['doctor', '--json', ...flags], {
    env: { PASSWORD_HASH: '', ...env },
  })
  const { ok, checks } = JSON.parse(stdout) as {
    ok: boolean
    checks: { check: string; status: string; message: string }[]
  }
  const lines = checks.map(({ check, status, message }) => `${status} ${check}: ${message}`)
  return { code, ok, lines, text: stdout }
}

const failures = ({ lines }: Report): string[] => lines.filter((line) => line.startsWith('fail'))
const line = (text: string) => expect.arrayContaining([expect.stringContaining(text)])

const portOf = (url: string): string => new URL(url).port

withHouse({ storage: 'redis' }, (house) => {
  const running = (): Record<string, string> => {
    const [node] = house().nodes
    return { MANAGEMENT_PORT: portOf(node?.management ?? '') }
  }

  describe('doctor beside a running server', () => {
    it('names the stores with their versions, the keys, and the server', async () => {
      const report = await doctor(house(), running())
      expect(report).toMatchObject({ code: 0, ok: true })
      expect(report.lines).toEqual(line('ok database: PostgreSQL '))
      expect(report.lines).toEqual(line('ok database: migrations are current'))
      expect(report.lines).toEqual(line('ok redis: Redis '))
      expect(report.lines).toEqual(line('ok keys: 5 data keys open with the master key'))
      expect(report.lines).toEqual(line('ok signing keys: '))
      expect(report.lines).toEqual(line('ok server: is ready'))
    })

    it('F-108 warns of a Redis that throws away or forgets, by the setting’s name', async () => {
      const redis = new Redis(house().redisUrl ?? '')
      await redis.config('SET', 'maxmemory-policy', 'allkeys-lru')
      const report = await doctor(house()).finally(() =>
        redis.config('SET', 'maxmemory-policy', 'noeviction'),
      )
      await redis.quit()
      expect(report.code).toBe(0)
      expect(report.lines).toEqual(line('warn redis: maxmemory-policy is allkeys-lru'))
      expect(report.lines).toEqual(line('warn redis: appendonly is off'))
    })

    it('names clients of which no PKCE is required', async () => {
      const clients = [
        ...SET_UP.clients,
        { client_id: 'old-product', redirect_uris: ['https://old.example/cb'], require_pkce: false },
      ]
      await house().apply({ ...SET_UP, clients })
      expect((await doctor(house())).lines).toEqual(line('warn clients: PKCE is not required of old-product'))
    })

    it('fails with another master key, and wraps nothing for it', async () => {
      const wraps = () => onDatabase(house(), 'select count(*) as wraps from data_key_wraps')
      const before = await wraps()
      const other = { MASTER_KEY: Buffer.from('another key of thirty-two bytes!').toString('base64') }
      const report = await doctor(house(), other)
      expect([report.code, failures(report)]).toEqual([
        78,
        [expect.stringContaining('MASTER_KEY does not open')],
      ])
      const both = { MASTER_KEY: `${other.MASTER_KEY},${house().env['MASTER_KEY']}` }
      expect((await doctor(house(), both)).lines).toEqual(line('ok keys: 5 data keys open'))
      expect(await wraps()).toEqual(before)
    })

    it('fails where something else answers as another issuer', async () => {
      const other = createServer((_, response) => {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ issuer: 'https://elsewhere.example' }))
      })
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
      const { port } = other.address() as AddressInfo
      const ISSUER = `http://127.0.0.1:${port}`
      const report = await doctor(house(), { ISSUER })
      const quick = await doctor(house(), { ISSUER }, ['--quick'])
      other.close()
      expect([report.code, failures(report)]).toEqual([
        1,
        [`fail issuer: ${ISSUER} says that it is "https://elsewhere.example"`],
      ])
      expect(quick).toMatchObject({ code: 0 })
    })

    it('tells stores that are away without their passwords, by its exit code too', async () => {
      const report = await doctor(house(), {
        DATABASE_URL: 'postgres://gatehouse:hunter2@127.0.0.1:1/x',
        REDIS_URL: 'redis://:hunter2@127.0.0.1:1',
      })
      expect(report.code).toBe(69)
      expect(failures(report)).toEqual([
        expect.stringContaining('fail database: can’t be reached'),
        expect.stringContaining('fail redis: can’t be reached'),
      ])
      expect(report.text).not.toContain('hunter2')
    })

    it('lists every fault of the configuration, and every setting with its origin, secrets masked', async () => {
      const wrong = await doctor(house(), { ISSUER: 'x', PORT: 'y' })
      expect([wrong.code, failures(wrong).length]).toEqual([78, 2])
      const { stdout } = await house().run(['doctor', '--verbose', '--quick'])
      expect(stdout).toMatch(/^MASTER_KEY +\*\*\* +environment$/m)
      expect(stdout).toMatch(/^SESSION_EXP +14d +default$/m)
      expect(stdout).not.toContain(house().env['MASTER_KEY'])
    })

    it('A-917 fails in production with a debugger', async () => {
      const production = { NODE_ENV: 'production', ISSUER: 'https://id.example.com', TRUST_PROXY: '1' }
      const NODE_OPTIONS = '--heapsnapshot-signal=SIGUSR2'
      const report = await doctor(house(), { ...production, NODE_OPTIONS }, ['--quick'])
      expect([report.code, failures(report)]).toEqual([
        78,
        [expect.stringContaining('--heapsnapshot-signal')],
      ])
    })
  })
})

describe('doctor without a server', () => {
  const houses: House[] = []
  const databases: { drop(): Promise<void> }[] = []
  afterEach(async () => {
    await Promise.all(houses.splice(0).map((house) => house.stop()))
    await Promise.all(databases.splice(0).map((database) => database.drop()))
  })
  const on = async (database: { url: string; drop(): Promise<void> }): Promise<House> => {
    databases.push(database)
    const house = await openHouseOn({ databaseUrl: database.url }, { nodes: 0 })
    houses.push(house)
    return house
  }

  it('makes no embedded storage, and says that the first start will', async () => {
    const house = await openHouseOn({}, { nodes: 0 })
    houses.push(house)
    expect((await doctor(house)).lines).toEqual(line('note database: embedded storage will be made'))
    expect(existsSync(join(house.dataDir, 'pg'))).toBe(false)
  })

  it('migrates nothing: an empty database stays empty', async () => {
    const house = await on(await bareDatabase())
    const report = await doctor(house)
    expect([report.code, report.lines]).toEqual([0, line('note database: is empty')])
    expect(await onDatabase(house, `select to_regclass('users') as users`)).toMatchObject([{ users: null }])
  })

  it('names a database of a later version', async () => {
    const house = await on(await freshDatabase())
    await onDatabase(house, `insert into kysely_migration values ('9999-of-tomorrow', '2030-01-01')`)
    const report = await doctor(house)
    expect([report.code, failures(report)]).toEqual([1, [expect.stringContaining('9999-of-tomorrow')]])
  })

  it('A-916 warns of a folder and a master key that others can read', async () => {
    const house = await openHouse({ storage: 'embedded', nodes: 0, setUp: SET_UP })
    houses.push(house)
    const key = join(house.dataDir, 'master.key')
    expect([(await stat(house.dataDir)).mode & 0o777, (await stat(key)).mode & 0o777]).toEqual([0o700, 0o600])
    await chmod(key, 0o644)
    await chmod(house.dataDir, 0o755)
    const before = await readFile(key, 'utf8')
    const { lines } = await doctor(house)
    expect(lines).toEqual(line(`warn files: ${house.dataDir} is open to others (mode 0755)`))
    expect(lines).toEqual(line(`warn files: ${key} is open to others (mode 0644)`))
    expect(await readFile(key, 'utf8')).toBe(before)
  })
})
