import { Webhook as Receiver } from 'standardwebhooks'
import { expect, it } from 'vitest'
import { createFieldSealer } from '../../keys/field-seal.ts'
import { webhookKey } from '../../shared/webhook-key.ts'
import { signedHeaders } from './sign.ts'
import { createWebhookSecrets, newWebhookSecret } from './webhook-secret.ts'

const key = { number: 1, key: Buffer.alloc(32, 7) }
const sealer = createFieldSealer({
  current: () => key as never,
  byNumber: () => key.key as never,
})
const secrets = createWebhookSecrets(sealer)
const [old, fresh] = [newWebhookSecret(), newWebhookSecret()]
const webhook = { id: 'a', secretSealed: secrets.seal('a', old), previous: undefined }
const rotated = (until: number) => ({
  id: 'a',
  secretSealed: secrets.seal('a', fresh),
  previous: { sealed: secrets.sealAsPrevious(webhook), until },
})
const sent = (keys: readonly Buffer[], now: number) => signedHeaders(keys, { id: 'e', body: '{}', now })

it('A-815 while secrets overlap both sign, and then only the new one', () => {
  const now = Date.now()
  const headers = sent(secrets.keysOf(rotated(now + 1), now), now)
  for (const secret of [old, fresh]) expect(new Receiver(secret).verify('{}', headers)).toEqual({})
  const after = sent(secrets.keysOf(rotated(now), now), now)
  expect(new Receiver(fresh).verify('{}', after)).toEqual({})
  expect(() => new Receiver(old).verify('{}', after)).toThrow('No matching signature')
})

it('A-815 the signature covers id, time and body', () => {
  const headers = sent(secrets.keysOf(webhook, 0), Date.now())
  const receiver = new Receiver(old)
  expect(receiver.verify('{}', headers)).toEqual({})
  const later = String(Number(headers['webhook-timestamp']) + 1)
  expect(() => receiver.verify('{ }', headers)).toThrow('No matching signature')
  expect(() => receiver.verify('{}', { ...headers, 'webhook-id': 'f' })).toThrow('No matching signature')
  expect(() => receiver.verify('{}', { ...headers, 'webhook-timestamp': later })).toThrow('No matching')
})

it('A-923 a sealed secret opens at its own webhook, in its own column', () => {
  expect(() => secrets.keysOf({ ...webhook, id: 'b' }, 0)).toThrow('does not open')
  const previous = { sealed: webhook.secretSealed, until: 1 }
  expect(() => secrets.keysOf({ ...webhook, previous }, 0)).toThrow('does not open')
})

it('a secret is written as the standard has it', () => {
  expect(webhookKey(old)).toHaveLength(32)
  const short = `whsec_${Buffer.alloc(23).toString('base64')}`
  const long = `whsec_${Buffer.alloc(65).toString('base64')}`
  for (const wrong of ['', 'whsec_', old.slice(6), `${old}=`, `${old} `, short, long])
    expect([wrong, webhookKey(wrong)]).toEqual([wrong, undefined])
})

it('the present secret is told from another', () => {
  expect([secrets.fits(webhook, old), secrets.fits(webhook, fresh)]).toEqual([true, false])
})
