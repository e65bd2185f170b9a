import { describe, expect, it } from 'vitest'
import { smsProvider } from '../../config/values/sms.ts'
import type { OutboundAnswer, OutboundRequest } from '../../security/outbound-fetch.ts'
import { createSmsSender } from './send-sms.ts'

const KEY = Buffer.alloc(32, 7).toString('base64')
const clock = { now: () => 1_000_000 }
const message = { id: 'm1', to: '+15550147', text: '123456 is your code.\n\n@localhost #123456' }
const OK: OutboundAnswer = { ok: true, status: 201, headers: {}, body: Buffer.alloc(0) }

function sender(url: string | undefined, { answer = OK, production = false } = {}) {
  const asked: { url: string; request: OutboundRequest | undefined }[] = []
  const kept: object[] = []
  const counted: string[] = []
  const send = createSmsSender({
    ...{ production, clock, provider: url === undefined ? undefined : smsProvider.parse(url) },
    fetch: async (to, request) => {
      asked.push({ url: to.href, request })
      return answer
    },
    mailbox: { put: async (mail) => void kept.push(mail) },
    onSent: (provider, result) => void counted.push(`${provider} ${result}`),
  })
  return { send, asked, kept, counted }
}

describe('SMS_URL', () => {
  it.each([
    [
      'twilio://AC1:t0ken@api.twilio.com?from=%2B15550100',
      'https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json',
    ],
    [
      'twilio://AC1:t0ken@api.twilio.com?from=+15550100',
      'https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json',
    ],
    [
      'twilio+http://AC1:t0ken@127.0.0.1:8080?from=Example',
      'http://127.0.0.1:8080/2010-04-01/Accounts/AC1/Messages.json',
    ],
    [`https://:whsec_${encodeURIComponent(KEY)}@sms.example/send?x=1`, 'https://sms.example/send?x=1'],
  ])('%s asks %s', (url, asks) => {
    expect(smsProvider.parse(url).url.href).toBe(asks)
  })

  it.each([
    'twilio://api.twilio.com?from=%2B15550100',
    'twilio://AC1:t0ken@api.twilio.com',
    'twilio://AC1:t0ken@api.twilio.com?from=0015550100123',
    'twilio://AC1:t0ken@api.twilio.com/other?from=%2B15550100',
    'twilio://AC1:t0ken@api.twilio.com?from=%2B15550100&to=x',
    'https://sms.example/send',
    'https://:short@sms.example/send',
    `https://name:whsec_${encodeURIComponent(KEY)}@sms.example/send`,
    `ftp://:whsec_${encodeURIComponent(KEY)}@sms.example/send`,
    'nothing',
  ])('%s is refused', (url) => {
    expect(smsProvider.safeParse(url).success).toBe(false)
  })
})

describe('a text message', () => {
  it('is a form with a password for Twilio, from a number or by a service', async () => {
    const { send, asked, counted } = sender('twilio://AC1:t0ken@api.twilio.com?from=%2B15550100')
    expect(await send?.(message)).toBe('sent')
    const { request } = asked[0] ?? {}
    expect(request?.headers?.['authorization']).toBe(`Basic ${btoa('AC1:t0ken')}`)
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      ...{ To: message.to, From: '+15550100', Body: message.text },
    })
    expect(counted).toEqual(['twilio sent'])
    const service = sender(`twilio://AC1:t0ken@api.twilio.com?from=MG${'0'.repeat(32)}`)
    await service.send?.(message)
    expect(service.asked[0]?.request?.body).toContain('MessagingServiceSid=MG0')
  })

  it('is signed for a webhook as webhooks are, and its secret is in no address', async () => {
    const { send, asked } = sender(`https://:whsec_${encodeURIComponent(KEY)}@sms.example/send`)
    await send?.(message)
    const { url, request } = asked[0] ?? {}
    expect([url, JSON.parse(request?.body ?? '')]).toEqual(['https://sms.example/send', message])
    expect(request?.headers).toMatchObject({
      'webhook-id': 'm1',
      'webhook-signature': expect.stringMatching(/^v1,/),
    })
  })

  it.each([
    [{ ...OK, status: 500 }, 'failed'],
    [{ ...OK, status: 400 }, 'failed'],
    [{ ok: false, reason: 'unreachable' }, 'failed'],
    [{ ok: false, reason: 'timeout' }, 'unclear'],
  ] as const)('F-165 is asked for once, whatever comes of it: %j is %s', async (answer, result) => {
    const { send, asked, counted } = sender('twilio://AC1:t0ken@api.twilio.com?from=A', { answer })
    expect([await send?.(message), asked.length, counted]).toEqual([result, 1, [`twilio ${result}`]])
  })

  it('is kept to be looked at where there is no provider, and not in production', async () => {
    const { send, kept } = sender(undefined)
    await send?.(message)
    expect(kept).toMatchObject([{ to: message.to, subject: '123456 is your code.', text: message.text }])
    expect(sender(undefined, { production: true }).send).toBeUndefined()
  })
})
