import { z } from 'zod'
import { webhookKey } from '../../shared/webhook-key.ts'

/** Who takes text messages. */
export type SmsProvider =
  | { kind: 'twilio'; url: URL; account: string; token: string; from: string }
  | { kind: 'webhook'; url: URL; key: Buffer }

const FAULT =
  'must be twilio://ACCOUNT:TOKEN@api.twilio.com?from=%2B15550100, or https://:whsec_…@ and the address of a webhook, with / + = of its secret percent-encoded'

const SCHEMES: Readonly<Record<string, string>> = { 'twilio:': 'https:', 'twilio+http:': 'http:' }
const NAME = /^[\w-]{1,64}$/
/** A number in E.164, a sender's name, or the id of a messaging service. */
const FROM = /^(?:\+[1-9]\d{6,14}|[A-Za-z\d ]{1,11}|MG[\da-f]{32})$/

function readProvider(text: string): SmsProvider | undefined {
  const url = URL.parse(text)
  if (url === null || url.hash !== '') return undefined
  return url.protocol in SCHEMES ? readTwilio(url) : readWebhook(url)
}

function readTwilio(url: URL): SmsProvider | undefined {
  const { username: account, password: token, host, pathname, searchParams, protocol } = url
  const from = searchParams.get('from') ?? ''
  // A plus sign that was not encoded is a space in a query.
  const sender = /^ \d+$/.test(from) ? `+${from.trim()}` : from
  const base = URL.parse(`${SCHEMES[protocol]}//${host}`)
  const isWhole = NAME.test(account) && NAME.test(token) && FROM.test(sender)
  if (base === null || !isWhole || searchParams.size !== 1 || !/^\/?$/.test(pathname)) return undefined
  return {
    ...{ kind: 'twilio', account, token, from: sender },
    url: new URL(`/2010-04-01/Accounts/${account}/Messages.json`, base),
  }
}

function readWebhook(url: URL): SmsProvider | undefined {
  const key = webhookKey(decoded(url.password))
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || key === undefined) return undefined
  const plain = new URL(url)
  plain.password = ''
  return { kind: 'webhook', url: plain, key }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

export const smsProvider = z.string().transform((text, context) => {
  const provider = readProvider(text)
  if (provider !== undefined) return provider
  context.addIssue(FAULT)
  return z.NEVER
})
