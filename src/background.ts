/** The background work of a node, put together: a line a job. */
import { hostname } from 'node:os'
import { createInbox } from './audit/inbox-repository.ts'
import type { Core } from './core.ts'
import type { Handler } from './events/outbox-message.ts'
import { createDeliverMail } from './messaging/deliver-mail.ts'
import { MAIL } from './messaging/mail-message.ts'
import type { SendMail } from './messaging/transport.ts'
import { createDevMailbox } from './messaging/transports/dev-mailbox.ts'
import { createSmtpTransport } from './messaging/transports/smtp.ts'
import { createMails } from './pages/mails.ts'
import { createMessages } from './pages/messages.ts'
import type { Logger } from './telemetry/logger.ts'
import type { Metrics } from './telemetry/metrics.ts'
import { type AuditChainUse, auditChainJob } from './workers/audit-chain.ts'
import { auditRetentionJob } from './workers/audit-retention.ts'
import { createLeasesRepository } from './workers/leases-repository.ts'
import { createOutboxDelivery, createOutboxSweep } from './workers/outbox-jobs.ts'
import { createRunner, type Runner } from './workers/runner.ts'
import { createStateSweep, type StateSweepUse } from './workers/state-sweep.ts'

export interface BackgroundUse {
  core: Core
  /** Where short-lived state is, and the events of its changes. */
  inside: StateSweepUse & { events: AuditChainUse['events'] }
  log: Logger
  metrics: Metrics
}

export function createBackground({ core, inside, log, metrics }: BackgroundUse): Runner {
  const { outbox, clock } = core
  return createRunner({
    jobs: [
      createStateSweep({ sweep: () => inside.sweep() }),
      auditChainJob({ events: inside.events, inbox: createInbox(core.database.db), chain: core.auditChain }),
      auditRetentionJob({ chain: core.auditChain }),
      createOutboxDelivery({ outbox, handlers: handlersOf(core), clock, random: Math.random, log }),
      createOutboxSweep({ outbox }),
    ],
    leases: createLeasesRepository(core.database.db),
    node: `${hostname()}:${process.pid}`,
    clock,
    log,
    metrics,
  })
}

/** What waits in the outbox and has no handler here waits on. */
function handlersOf(core: Core): ReadonlyMap<string, Handler> {
  const { config, accounts, clients } = core
  const send = transportOf(core)
  if (send === undefined) return new Map()
  const deliverMail = createDeliverMail({
    findAccount: accounts.users.findBySub,
    findClient: clients.find,
    mails: createMails({ ...config, messages: createMessages() }),
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
