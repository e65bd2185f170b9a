import { isIP } from 'node:net'
import { z } from 'zod'

export interface SmtpServer {
  host: string
  port: number
  /** TLS from the first byte; otherwise by STARTTLS. */
  secure: boolean
  auth?: { user: string; pass: string }
}

export interface Mailbox {
  name: string
  address: string
}

const FAULT =
  'must be an smtp:// or smtps:// URL of a host, with / ? # @ in its password percent-encoded, and no path or query'
const HOST = /^[a-z\d](?:[a-z\d.-]{0,251}[a-z\d])?$/i
const PORTS: Readonly<Record<string, number>> = { 'smtp:': 587, 'smtps:': 465 }

/** Read here and not by the mailer: a query could switch its safeguards off. */
function readServer(text: string): SmtpServer | undefined {
  const url = URL.parse(text)
  const port = url === null ? undefined : PORTS[url.protocol]
  if (url === null || port === undefined || /[?#]/.test(text) || !/^\/?$/.test(url.pathname)) return undefined
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (!HOST.test(host) && isIP(host) === 0) return undefined
  const [user, pass] = [decoded(url.username), decoded(url.password)]
  if (user === undefined || pass === undefined || (user === '') !== (pass === '')) return undefined
  return {
    host,
    port: url.port === '' ? port : Number(url.port),
    secure: url.protocol === 'smtps:',
    ...(user !== '' && { auth: { user, pass } }),
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

export const smtpServer = z.string().transform((text, context) => {
  const server = readServer(text)
  if (server !== undefined) return server
  context.addIssue(FAULT)
  return z.NEVER
})

/** `NAME <ADDRESS>` or an address; the name's quotation marks are no part of it. */
const MAILBOX = /^(?:"?(?<name>[^\p{C}"<>@]{0,100}?)"?\s*<(?<inner>[^<>]+)>|(?<bare>[^<>]+))$/u
const ADDRESS = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)*[a-z\d-]{1,63}$/i

export const mailbox = z.string().transform((text, context): Mailbox => {
  const { name = '', inner, bare } = MAILBOX.exec(text)?.groups ?? {}
  const address = inner ?? bare ?? ''
  if (ADDRESS.test(address)) return { name: name.trim(), address }
  context.addIssue('must be an address, or NAME <ADDRESS>')
  return z.NEVER
})
