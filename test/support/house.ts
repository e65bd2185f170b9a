/**
 * The real thing for tests from outside: one or more server processes on embedded storage, on PostgreSQL, or on Redis
 * and PostgreSQL, set up by the real `apply`, asked over HTTP, their logs kept.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { inject } from 'vitest'
import { stringify } from 'yaml'
import { copyOf, freshDatabase, freshRedis } from './databases.ts'
import { preparedDatabase, preparedFolder } from './prepared.ts'
import { commandWithin } from './within.ts'

export type Storage = 'embedded' | 'postgresql' | 'redis'

export interface HouseOptions {
  storage: Storage
  /** Server processes; embedded storage allows one. */
  nodes?: number
  env?: Record<string, string>
  /** What `apply` sets up before the servers start. */
  setUp?: object
  /** The port that browsers reach; without one the issuer is only a name, and requests go to the nodes' own ports. */
  browserPort?: number
}

export interface Node {
  readonly url: string
  readonly management: string
  readonly process: ChildProcess
  /** Log lines so far, as they were written. */
  readonly lines: string[]
  /** Resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

export interface House {
  readonly issuer: string
  readonly nodes: readonly Node[]
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  readonly redisUrl: string | undefined
  readonly env: Readonly<Record<string, string>>
  /** Runs `gatehouse …` with the same configuration. */
  run(args: readonly string[], options?: { input?: string; env?: Record<string, string> }): Promise<RunResult>
  apply(document: object): Promise<void>
  start(port?: number, env?: Record<string, string>, args?: readonly string[]): Promise<Node>
  log(): string
  stop(): Promise<void>
}

export interface RunResult {
  code: number | null
  stdout: string
  stderr: string
}

const BIN = join(import.meta.dirname, '../../bin/gatehouse.js')
/** The issuer's name where no browser has to reach it. */
const NAMED = 'http://localhost:3000'

/**
 * A house of its own: fresh folder, fresh database, fresh Redis; all of it gone after `stop`. What `apply` does to an
 * empty house is the same each time, so it is done once in a run for each document, and copied.
 */
export async function openHouse({ storage, setUp, ...options }: HouseOptions): Promise<House> {
  const apply = (place: Record<string, string>, folder: string): Promise<void> => {
    const env = environment(place, options)
    return applyDocument(setUp ?? {}, folder, (args) => commandWithin({ env }, args))
  }
  const document = setUp && { setUp, env: readByApply(options.env) }
  if (storage === 'embedded') {
    const template = document
      ? await preparedFolder(document, (dataDir, folder) => apply({ DATA_DIR: dataDir }, folder))
      : inject('services').embeddedTemplate
    return openHouseOn({ template }, options)
  }
  const database = document
    ? await copyOf(await preparedDatabase(document, (url, folder) => apply(onServers(url), folder)))
    : await freshDatabase()
  const redisUrl = storage === 'redis' ? freshRedis() : undefined
  const house = await openHouseOn(
    { databaseUrl: database.url, ...(redisUrl !== undefined && { redisUrl }) },
    options,
  )
  return {
    ...house,
    stop: async () => {
      await house.stop()
      await database.drop()
    },
  }
}

/** Houses that differ in other variables than these have the same from `apply`. */
const READ_BY_APPLY = /^(NODE_ENV|ISSUER|MASTER_KEY|PASSWORD_|OUTBOUND_|.*_EXP$)/

const readByApply = (env: Record<string, string> = {}): [string, string][] =>
  Object.entries(env).filter(([name]) => READ_BY_APPLY.test(name))

/** The same on given servers, on a given folder that is kept, or on a copy of a `template`. */
export async function openHouseOn(
  servers: { databaseUrl?: string; redisUrl?: string; dataDir?: string; template?: string },
  options: Omit<HouseOptions, 'storage'>,
): Promise<House> {
  const { databaseUrl, redisUrl } = servers
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-test-'))
  const dataDir = join(servers.dataDir ?? folder, 'data')
  if (servers.template !== undefined) await cp(servers.template, dataDir, { recursive: true })
  const env = environment(
    { DATA_DIR: dataDir, ...(databaseUrl !== undefined && onServers(databaseUrl, redisUrl)) },
    options,
  )
  const nodes: Node[] = []
  const house: House = {
    issuer: env['ISSUER'] ?? NAMED,
    nodes,
    dataDir,
    databaseUrl,
    redisUrl,
    env,
    run: (args, over) => runGatehouse(args, { ...env, ...over?.env }, over?.input),
    apply: (document) => applyDocument(document, folder, house.run),
    start: async (port = options.browserPort ?? 0, over = {}, args = []) => {
      const node = await startNode({ ...env, PORT: String(port), MANAGEMENT_PORT: '0', ...over }, args)
      nodes.push(node)
      return node
    },
    log: () => nodes.flatMap((node) => node.lines).join('\n'),
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop('SIGKILL')))
      await rm(folder, { recursive: true, force: true })
    },
  }
  try {
    if (options.setUp !== undefined) await house.apply(options.setUp)
    for (let n = 0; n < (options.nodes ?? 1); n++) await house.start()
  } catch (error) {
    await house.stop()
    throw error
  }
  return house
}

function environment(
  place: Record<string, string>,
  { browserPort, env }: Omit<HouseOptions, 'storage'>,
): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    ISSUER: browserPort === undefined ? NAMED : `http://localhost:${browserPort}`,
    HOST: '127.0.0.1',
    MANAGEMENT_HOST: '127.0.0.1',
    // Hashing at its full cost is what its own tests are for.
    PASSWORD_HASH: 'm=1024,t=1,p=1',
    ...place,
    ...env,
  }
}

const onServers = (databaseUrl: string, redisUrl?: string): Record<string, string> => ({
  DATABASE_URL: databaseUrl,
  MASTER_KEY: Buffer.from(Array.from({ length: 32 }, (_, n) => n)).toString('base64'),
  ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
})

async function applyDocument(
  document: object,
  folder: string,
  run: (args: readonly string[]) => Promise<RunResult>,
): Promise<void> {
  const file = join(folder, `set-up-${crypto.randomUUID()}.yaml`)
  await writeFile(file, stringify(document))
  const { code, stderr } = await run(['apply', file])
  if (code !== 0) throw new Error(`apply failed (${code}): ${stderr}`)
}

async function startNode(env: Record<string, string>, args: readonly string[]): Promise<Node> {
  const child = spawn(process.execPath, [BIN, 'serve', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  const ready = new Promise<{ port: number; managementPort: number }>((resolve, reject) => {
    let managementPort = 0
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      const entry = parse(line)
      if (entry.msg === 'management is listening') managementPort = entry.port ?? 0
      if (entry.msg === 'ready') resolve({ port: entry.port ?? 0, managementPort })
    })
    createInterface({ input: child.stderr }).on('line', (line) => lines.push(line))
    child.once('exit', (code) => reject(new Error(`the server ended (${code}):\n${lines.join('\n')}`)))
  })
  const { port, managementPort } = await ready
  return {
    url: `http://127.0.0.1:${port}`,
    management: `http://127.0.0.1:${managementPort}`,
    process: child,
    lines,
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      const exit = once(child, 'exit')
      child.kill(signal)
      await exit
      return child.exitCode
    },
  }
}

function parse(line: string): { msg?: string; port?: number } {
  try {
    return JSON.parse(line) as { msg?: string; port?: number }
  } catch {
    return {}
  }
}

export async function runGatehouse(
  args: readonly string[],
  env: Record<string, string>,
  input = '',
): Promise<RunResult> {
  const child = spawn(process.execPath, [BIN, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ])
  return { code, stdout, stderr }
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = ''
  for await (const part of stream) all += String(part)
  return all
}
