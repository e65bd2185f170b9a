/** A node from its start to its end: waits for its stores, listens, and stops without losing a request. */
import { createServer, type Server } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

import type { StateStore } from '../../../adapters/contract.ts'
import { createApp, type House } from '../../app.ts'
import { createBackground } from '../../background.ts'
import type { Address, Config } from '../../config/config.ts'
import { type Core, openCore } from '../../core.ts'
import { isDemoAllowed } from '../../demo/demo-scope.ts'
import { webhookDepth } from '../../events/webhooks/webhook-depth.ts'
import { StoreAway } from '../../shared/app-error.ts'
import { systemClock } from '../../shared/clock.ts'
import { openState } from '../../state.ts'
import { createHealth, type Health } from '../../telemetry/health.ts'
import { createLogger, type Logger } from '../../telemetry/logger.ts'
import { startManagement } from '../../telemetry/management.ts'
import { METHODS } from '../../telemetry/metric-labels.ts'
import { createMetrics, type Metrics } from '../../telemetry/metrics.ts'
import type { CommandContext } from '../context.ts'
import { warnOfRedis } from '../doctor/redis.ts'
import { EXIT } from '../exit-codes.ts'
import { stopSignal } from '../stop-signal.ts'

/** Without one, a node is both. */
export type Role = 'web' | 'worker'

/** A node that was told to stop serves on for so long: who sends it requests has to notice first. */
const NOTICE = 3_000
/** In-flight requests may take this long once nothing new is taken. */
const DRAIN = 20_000
/** So may background jobs. */
const JOBS_END = 20_000

export async function runServer(context: CommandContext, role: Role | undefined): Promise<number> {
  const { config } = context
  const log = createLogger({ level: config.logLevel })
  const stop = stopSignal()
  const health = createHealth()
  const metrics = createMetrics({ loginMethods: METHODS, mfaMethods: METHODS, nodeDefaults: true })
  const management = await startManagement({ ...config.management, health, metrics })
  log.info({ port: management.port }, 'management is listening')
  // Whatever ends the start, nothing is left open: a process that lives on without serving would never be replaced.
  try {
    await openAndServe(context, { role, config, log, health, metrics, stop })
  } finally {
    await management.close()
    await log.flush()
  }
  return EXIT.ok
}

async function openAndServe(context: CommandContext, use: ServeUse): Promise<void> {
  const { config, log, metrics, stop } = use
  const core = await waitForStores(
    () =>
      openCore({
        config,
        log,
        clock: systemClock,
        role: 'server',
        onPasswordQueue: metrics.passwordHashQueue,
        onBreachCheck: metrics.breachCheck,
      }),
    log,
    stop.signal,
  )
  if (core === undefined) return
  try {
    if (config.databaseUrl === undefined && isDemoAllowed(config)) {
      // It brings half of `apply` with it, which other nodes need not load.
      const { ensureDemo } = await import('../../demo/demo.ts')
      await ensureDemo(core, { log, ...(process.stderr.isTTY && { print: context.say }) })
    }
    await serveOn(core, use)
  } finally {
    await core.close()
  }
}

interface ServeUse {
  role: Role | undefined
  config: Config
  log: Logger
  health: Health
  metrics: Metrics
  stop: ReturnType<typeof stopSignal>
}

/** A worker has the house's state and none of its doors. */
type Inside = House | StateStore

async function serveOn(core: Core, use: ServeUse): Promise<void> {
  const { role, config, log, health, metrics, stop } = use
  const inside: Inside =
    role === 'worker' ? openState({ ...core, log }) : await createApp({ core, log, metrics })
  try {
    metrics.outbox(core.outbox.waiting)
    metrics.webhooks(webhookDepth(core))
    health.add('database', async () => void (await core.database.pool.query('select 1')))
    health.add('state', () => inside.ping())
    health.add('keys', core.checkKeys)
    if (await waitForStores(() => inside.ping().then(() => true), log, stop.signal)) {
      await warnOfRedis(config, log)
      await serveUntilStopped(core, inside, use)
    }
  } finally {
    await inside.close()
  }
}

async function serveUntilStopped(core: Core, inside: Inside, use: ServeUse): Promise<void> {
  const { role, config, log, health, metrics, stop } = use
  const shared = config.databaseUrl !== undefined
  const server =
    'http' in inside ? await listen(inside, config.listen, shared && process.platform === 'linux') : undefined
  const background = role === 'web' ? undefined : createBackground({ core, inside, log, metrics })
  background?.start()
  health.started()
  log.info({ issuer: config.issuer, ...(server && addressOf(server)) }, 'ready')

  const signal = await stop.received
  log.info({ signal }, 'stopping: soon no new requests, the running ones may end')
  health.shuttingDown()
  // Embedded storage has one node, and who presses Ctrl-C watches it: nobody could be sent elsewhere.
  const noticeMs = shared && signal === 'SIGTERM' ? NOTICE : 0
  await Promise.all([background?.stop(JOBS_END), server && stopServing(server, noticeMs)])
}

async function stopServing(server: Server, noticeMs: number): Promise<void> {
  endConnectionsByAnswers(server)
  await delay(noticeMs)
  await drain(server)
}

/** A store that is away at start is waited for, with growing pauses; everything else ends the process. */
async function waitForStores<T>(
  open: () => Promise<T>,
  log: Logger,
  stop: AbortSignal,
): Promise<T | undefined> {
  for (let pause = 250; !stop.aborted; pause = Math.min(pause * 2, 5000)) {
    try {
      return await open()
    } catch (error) {
      if (!(error instanceof StoreAway)) throw error
      log.warn({ component: error.detail, retryInMs: pause, error }, 'waiting for a store')
      await pauseOrStop(pause, stop)
    }
  }
  return undefined
}

const pauseOrStop = (ms: number, stop: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    stop.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })

function listen(house: House, { host, port }: Address, shared: boolean): Promise<Server> {
  const server = createServer(
    {
      requestTimeout: 15_000,
      headersTimeout: 10_000,
      keepAliveTimeout: 65_000,
      // How often somebody looks whether these have passed: by default, twice as long as they last.
      connectionsCheckingInterval: 5_000,
    },
    house.http.callback(),
  )
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    // Nodes of one database may share a port on a machine: the kernel spreads connections over them.
    server.listen({ host, port, reusePort: shared }, () => resolve(server))
  })
}

function addressOf(server: Server): { host?: string; port?: number } {
  const address = server.address()
  return typeof address === 'object' && address !== null ? { host: address.address, port: address.port } : {}
}

/** A client that keeps its connection is told by its next answer to open another one, which leads elsewhere. */
function endConnectionsByAnswers(server: Server): void {
  server.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false
  })
}

/** Waits for the requests that run; connections that only wait are closed, those that don't end are cut. */
async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const idle = setInterval(() => server.closeIdleConnections(), 50)
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN)
  await closed
  clearInterval(idle)
  clearTimeout(cut)
}
