/** What goes on behind the requests: who leads the jobs, what waits in the outbox, who takes the mail. */
import type { OpenDatabase } from '../../../adapters/database.ts'
import type { Config } from '../../config/config.ts'
import { isDemoAllowed } from '../../demo/demo-scope.ts'
import { createOutboxRepository, type Waiting } from '../../events/outbox-repository.ts'
import { probeSmtp } from '../../messaging/transports/smtp.ts'
import { systemClock } from '../../shared/clock.ts'
import { createLeasesRepository } from '../../workers/leases-repository.ts'
import { reasonOf } from './reason.ts'
import type { Verdict } from './verdict.ts'

export async function* checkBackground({ db }: OpenDatabase): AsyncIterable<Verdict> {
  yield judgeLeader(await createLeasesRepository(db).holder())
  yield* judgeOutbox(await createOutboxRepository(db).waiting(), systemClock.now())
}

export function judgeLeader(lease: { holder: string; leftMs: number } | undefined): Verdict {
  const check = 'worker'
  if (lease === undefined) return { check, status: 'note', message: 'none has led yet' }
  if (lease.leftMs > 0) return { check, status: 'ok', message: `${lease.holder} leads` }
  const since = ago(-lease.leftMs)
  return {
    check,
    status: 'warn',
    message: `none leads since ${since}: no mail leaves and nothing is swept; start gatehouse serve, or one with --role=worker`,
  }
}

/** Longer than an unhurried worker takes. */
const LATE_MS = 5 * 60 * 1000

export function* judgeOutbox({ waiting, dead, oldestAt }: Waiting, now: number): Iterable<Verdict> {
  const check = 'outbox'
  const age = oldestAt === undefined ? 0 : now - oldestAt
  if (waiting === 0) yield { check, status: 'ok', message: 'nothing waits' }
  else
    yield {
      check,
      status: age > LATE_MS ? 'warn' : 'ok',
      message: `${messages(waiting)} waiting, the oldest for ${ago(age)}`,
    }
  if (dead > 0)
    yield { check, status: 'warn', message: `${messages(dead)} set aside: table outbox, column reason` }
}

const messages = (count: number): string => (count === 1 ? '1 message' : `${count} messages`)

export const ago = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 120) return `${seconds}s`
  return seconds < 7200 ? `${Math.round(seconds / 60)}m` : `${Math.round(seconds / 3600)}h`
}

export async function* checkMail(config: Config): AsyncIterable<Verdict> {
  const check = 'mail'
  if (config.mail === undefined) return yield { check, ...withoutServer(config) }
  const { server } = config.mail
  const name = `${server.host}:${server.port}`
  try {
    await probeSmtp(server)
    yield { check, status: 'ok', message: `${name} answers` }
  } catch (error) {
    yield { check, status: 'fail', message: `${name} takes no mail: ${reasonOf(error, 1).message}` }
  }
}

function withoutServer(config: Config): Pick<Verdict, 'status' | 'message'> {
  if (config.production)
    return { status: 'fail', message: 'SMTP_URL is not set: all mail waits in the outbox' }
  return isDemoAllowed(config)
    ? { status: 'note', message: 'SMTP_URL is not set: mail is shown at /dev/mailbox' }
    : { status: 'warn', message: 'SMTP_URL is not set: nobody gets mail' }
}
