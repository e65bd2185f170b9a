/**
 * Mail by SMTP (RFC 5321), one connection a mail. What a server says decides: a refusal of this mail sets it aside, all
 * else is tried again. Where the connection is lost after the whole content was sent, nobody knows.
 */
import type { SendMailOptions } from 'nodemailer'
import { isLoopbackHost } from '../../config/values/issuer.ts'
import type { Mailbox, SmtpServer } from '../../config/values/mail.ts'
import type { Outcome } from '../../events/outbox-message.ts'
import type { Mail, SendMail } from '../transport.ts'

export interface SmtpUse {
  server: SmtpServer
  from: Mailbox
  /** The domain of message ids: the issuer's host. */
  domain: string
  limits?: Partial<typeof LIMITS>
}

/** It takes a tenth of the memory of a server, which where no mail goes out need not have. */
const loadMailer = () => import('nodemailer')

const LIMITS = { connectMs: 5_000, answerMs: 10_000, wholeMs: 30_000 }

/** Nothing that a message brings may make the mailer read a file or a URL. */
const CLOSED = { disableFileAccess: true, disableUrlAccess: true } as const

/** A password never goes over the wire in clear, but to this very machine; other mail is encrypted where it can be. */
function connectionOf({ host, port, secure, auth }: SmtpServer, { connectMs, answerMs }: typeof LIMITS) {
  const local = isLoopbackHost(host.includes(':') ? `[${host}]` : host)
  return {
    ...{ host, port, secure, ...(auth && { auth }) },
    requireTLS: !secure && !local && auth !== undefined,
    ignoreTLS: local,
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    dnsTimeout: connectMs,
    socketTimeout: answerMs,
    ...CLOSED,
  }
}

export function createSmtpTransport({ server, from, domain, limits = {} }: SmtpUse): SendMail {
  const bounds = { ...LIMITS, ...limits }
  return async (mail) => {
    if (!isOneLine(mail.to) || !isOneLine(mail.subject))
      return { status: 'refused', reason: 'a header would have several lines' }
    const progress = watchProgress()
    const { createTransport } = await loadMailer()
    const wire = createTransport({ ...connectionOf(server, bounds), logger: progress.logger })
    try {
      const signal = AbortSignal.timeout(bounds.wholeMs)
      await wire.sendMail({ ...headersOf(mail, from, domain), signal })
      return { status: 'done' }
    } catch (error) {
      return judge(error, progress.isContentSent())
    }
  }
}

/** Whether the server answers (EHLO, and the sign-in where there is one); sends nothing. Rejects with the reason. */
export async function probeSmtp(server: SmtpServer): Promise<void> {
  const { createTransport } = await loadMailer()
  await createTransport(connectionOf(server, LIMITS)).verify()
}

const headersOf = (
  { id, to, subject, text, html }: Mail,
  from: Mailbox,
  domain: string,
): SendMailOptions => ({
  from,
  to: { name: '', address: to },
  subject,
  text,
  html,
  messageId: `<${id}@${domain}>`,
  // RFC 3834 §5, and what Exchange looks for: nobody's absence is told to us.
  headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  ...CLOSED,
})

const isOneLine = (text: string): boolean => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)

/** The mailer’s log is the one place where it says that a message has gone out whole. */
function watchProgress() {
  let sent = false
  const info = (entry: unknown): void => {
    if (typeof entry === 'object' && entry !== null && 'tnx' in entry && entry.tnx === 'message') sent = true
  }
  return { logger: { info }, isContentSent: () => sent }
}

/** At these commands a 5xx is about this mail; elsewhere about how we are set up, which can be mended. */
const ABOUT_THE_MAIL = new Set(['RCPT TO', 'DATA'])

function judge(error: unknown, contentSent: boolean): Outcome {
  const { responseCode, command, code } = factsOf(error)
  if (responseCode !== undefined) {
    const reason = `${responseCode} at ${command ?? 'unknown'}`
    const final = responseCode >= 500 && responseCode < 600 && ABOUT_THE_MAIL.has(command ?? '')
    return { status: final ? 'refused' : 'later', reason }
  }
  if (contentSent) return { status: 'unclear', reason: `${code} after the content was sent` }
  return { status: 'later', reason: code }
}

function factsOf(error: unknown): { responseCode?: number; command?: string; code: string } {
  if (!(error instanceof Error)) return { code: 'unknown' }
  const { responseCode, command, code } = error as Error & Record<string, unknown>
  return {
    ...(typeof responseCode === 'number' && { responseCode }),
    ...(typeof command === 'string' && { command }),
    code: typeof code === 'string' ? code : error.name,
  }
}
