/** The background work of a node, put together: a line a job. */
import { hostname } from 'node:os'
import type { StateStore } from '../adapters/contract.ts'
import { openEventStream } from '../adapters/event-stream.ts'
import { createInbox } from './audit/inbox-repository.ts'
import { createTrailRepository } from './audit/trail-repository.ts'
import { FIRST_PARTY } from './clients/client.ts'
import { revealSecret } from './clients/keep-secret.ts'
import type { Core } from './core.ts'
import { createDeliverLogout } from './events/back-channel-logout/deliver-logout.ts'
import { BACK_CHANNEL_LOGOUT } from './events/back-channel-logout/logout-message.ts'
import { endedSidLife } from './events/ended-sids.ts'
import { createEventStreamsRepository } from './events/event-streams-repository.ts'
import { type Handler, MAIL } from './events/outbox-message.ts'
import { createReceivers } from './events/receivers.ts'
import { takeEndings } from './events/take-endings.ts'
import { createFanOut } from './events/webhooks/fan-out.ts'
import { createTellWebhook } from './events/webhooks/tell-webhook.ts'
import { openLook, openMails } from './face.ts'
import { createLogoutTokens } from './keys/logout-tokens.ts'
import { loadSigningKeys } from './keys/signing-keys.ts'
import { createMailPaths } from './mail-paths.ts'
import { createDeliverMail } from './messaging/deliver-mail.ts'
import type { SendMail } from './messaging/transport.ts'
import { createDevMailbox } from './messaging/transports/dev-mailbox.ts'
import { createSmtpTransport } from './messaging/transports/smtp.ts'
import { mailCode } from './methods/email-code/mail-code.ts'
import { createSentCodes } from './methods/sent-codes.ts'
import { createCleanUp } from './revocation.ts'
import type { Logger } from './telemetry/logger.ts'
import type { Metrics } from './telemetry/metrics.ts'
import { createAccountDeletion } from './workers/account-deletion.ts'
import { auditChainJob } from './workers/audit-chain.ts'
import { auditRetentionJob } from './workers/audit-retention.ts'
import { endingsJob } from './workers/endings.ts'
import { eventStreamJob } from './workers/event-stream.ts'
import { createLeasesRepository } from './workers/leases-repository.ts'
import { createOutboxDelivery, createOutboxSweep } from './workers/outbox-jobs.ts'
import { createRunner, type Runner } from './workers/runner.ts'
import { createCleanUps, createSessionsSweep } from './workers/session-jobs.ts'
import { createStateSweep, type StateSweepUse } from './workers/state-sweep.ts'
import { webhooksJob } from './workers/webhooks.ts'
import { createWebhooksSweep } from './workers/webhooks-sweep.ts'

export interface BackgroundUse {
  core: Core
  /** Where short-lived state is, the events of its changes, and what has ended there. */
  inside: StateSweepUse & Pick<StateStore, 'events' | 'endings' | 'grants' | 'artifacts'>
  log: Logger
  metrics: Metrics
}

const LOGOUTS_AT_ONCE = 16

export function createBackground({ core, inside, log, metrics }: BackgroundUse): Runner {
  const { outbox, endedSids, clock } = core
  const delivery = { outbox, clock, random: Math.random, log, count: metrics.delivery }
  const resourceNowOf = async (clientId: string) =>
    clientId === FIRST_PARTY ? (await core.firstParty.find())?.resource : undefined
  const stream = openStream(core, log)
  const runner = createRunner({
    jobs: [
      createStateSweep({ sweep: () => inside.sweep() }),
      auditChainJob({ events: inside.events, inbox: createInbox(core.database.db), chain: core.auditChain }),
      auditRetentionJob({ chain: core.auditChain }),
      endingsJob({
        endings: inside.endings,
        take: takeEndings({ outbox, endedSids, findClient: core.clients.find, resourceNowOf }),
        endedSids,
        keptFor: endedSidLife(core.config),
      }),
      createCleanUps({ cleanUps: core.cleanUps, cleanUp: createCleanUp(core, inside), log }),
      createSessionsSweep(core),
      createOutboxDelivery({ ...delivery, name: 'outbox', atOnce: 5, handlers: mailHandlers(core) }),
      createOutboxDelivery({
        ...delivery,
        name: 'back-channel-logout',
        atOnce: LOGOUTS_AT_ONCE,
        handlers: new Map([[BACK_CHANNEL_LOGOUT, logoutHandler(core)]]),
      }),
      createAccountDeletion({
        due: core.accounts.users.dueToDelete,
        remove: (id) => core.deleteDue(id, { actor: 'gatehouse' }),
      }),
      createOutboxSweep({ outbox }),
      createWebhooks(core, log, metrics),
      createWebhooksSweep(core),
      ...(stream === undefined ? [] : [stream.job]),
    ],
    leases: createLeasesRepository(core.database.db),
    node: `${hostname()}:${process.pid}`,
    clock,
    log,
    metrics,
  })
  return {
    start: runner.start,
    stop: async (patienceMs) => {
      await runner.stop(patienceMs)
      await stream?.close()
    },
  }
}

/** None where nobody asked for it, or there is no Redis for it. */
function openStream({ config, database }: Core, log: Logger) {
  const { redisUrl: url, eventStream: name } = config
  if (url === undefined || name === undefined) return undefined
  const onError = (error: Error) =>
    log.warn({ component: 'redis', error }, 'the connection to Redis was lost')
  const stream = openEventStream({ url, onError }, name)
  const positions = createEventStreamsRepository(database.db)
  const trail = createTrailRepository(database.db)
  return { job: eventStreamJob({ stream, name, positions, trail, log }), close: stream.close }
}

function logoutHandler({ config, clients, sealer, clientSecrets, signingKeys, outboundFetch, clock }: Core) {
  return createDeliverLogout({
    findClient: clients.find,
    makeToken: createLogoutTokens({
      issuer: config.issuer,
      signingKeys: () => loadSigningKeys(signingKeys, sealer),
      clock,
    }),
    secretOf: (client) => revealSecret({ sealer, clientSecrets }, client),
    fetch: outboundFetch,
    // Half of the room that the job has: the other half is always somebody else's.
    receivers: createReceivers({ clock, random: Math.random, atOnce: LOGOUTS_AT_ONCE / 2, patience: 1 }),
  })
}

/** So many requests to one webhook at once; it is spared when so many have failed running. */
const WEBHOOK = { atOnce: 32, patience: 5 }

function createWebhooks(core: Core, log: Logger, metrics: Metrics) {
  const { clock, webhooks, webhookDeliveries: deliveries, webhookSecrets: secrets } = core
  const receivers = createReceivers({ ...WEBHOOK, clock, random: Math.random })
  return webhooksJob({
    webhooks,
    deliveries,
    fanOut: createFanOut({ deliveries }),
    tell: createTellWebhook({
      secrets,
      fetch: core.webhookFetch,
      receivers,
      clock,
      random: Math.random,
      log,
    }),
    receivers,
    clock,
    log,
    count: metrics.webhook,
  })
}

/** What waits in the outbox and has no handler here waits on. */
function mailHandlers(core: Core): ReadonlyMap<string, Handler> {
  const { config, accounts, clients } = core
  const send = transportOf(core)
  if (send === undefined) return new Map()
  const deliverMail = createDeliverMail({
    findAccount: accounts.users.findBySub,
    findClient: clients.find,
    paths: createMailPaths(core),
    mails: openMails(config, openLook(config)),
    codeOf: mailCode({ codes: createSentCodes(core.keys), clock: core.clock }),
    send,
  })
  return new Map([[MAIL, deliverMail]])
}

/** In production mail waits until there is a server for it. */
function transportOf({ config, devMailbox, clock }: Core): SendMail | undefined {
  const { mail, production, issuer } = config
  if (mail !== undefined) return createSmtpTransport({ ...mail, domain: new URL(issuer).hostname })
  return production ? undefined : createDevMailbox({ mailbox: devMailbox, clock })
}
