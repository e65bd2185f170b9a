import { describe, expect, it } from 'vitest'
import type { Account } from '../accounts/account.ts'
import type { EmailChange } from '../accounts/email-changes-repository.ts'
import { type AuditEvent, createEvent } from '../audit/event.ts'
import type { Client } from '../clients/client.ts'
import type { Message, NewMessage } from '../events/outbox-message.ts'
import { createMails } from '../pages/mails.ts'
import { createMessages } from '../pages/messages.ts'
import { createDeliverMail } from './deliver-mail.ts'
import { farewell } from './farewell.ts'
import { tellOfAccount } from './tell-of-account.ts'
import { tellOfCodes } from './tell-of-codes.ts'
import { tellOfReuse } from './tell-of-reuse.ts'
import { tellOfRisk } from './tell-of-risk.ts'
import type { Mail } from './transport.ts'

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'
const clock = { now: () => Date.UTC(2026, 10, 23, 9, 41, 7) }

const account = {
  sub: 'ada',
  email: 'ada@example.com',
  profile: { locale: 'en_GB' },
} as unknown as Account
const client = { clientId: 'ledger', metadata: { client_name: 'Ledger' } } as unknown as Client

const change = { email: 'new@example.com', fromEmail: 'old@example.com' } as EmailChange

const REUSE = createEvent(
  {},
  {
    type: 'token.reuse_detected',
    ...{ subject: 'ada', client: 'ledger', details: { number: 3, revokes: 'session' } },
  },
  clock.now(),
)

/** From the use case, by way of what would be stored, to what would be sent. */
function house({ known = [account], clients = [client], over = false } = {}) {
  const written: NewMessage[] = []
  const sent: Mail[] = []
  const outbox = { add: async (message: NewMessage) => void written.push(message) }
  const deliver = createDeliverMail({
    findAccount: async (sub) => known.find((one) => one.sub === sub),
    findClient: async (clientId) => clients.find((one) => one.clientId === clientId),
    paths: {
      keep: async (mailId) => ({ link: `/account/keep?token=${mailId}`, until: Date.UTC(2026, 11, 7) }),
      verify: async (mailId, _, askedAt) => `/account/email/verify?token=${mailId}-${askedAt}`,
      emailChange: async (mailId, id, side) =>
        id === 'known'
          ? { account }
          : id === 'over'
            ? undefined
            : { change, link: `/email/confirm?token=${mailId}-${side}` },
      undo: async (mailId) => ({ change, link: `/email/undo?token=${mailId}` }),
      registration: async (mailId, registration) =>
        registration === 'known'
          ? { account, link: '/reset' }
          : registration === 'asked'
            ? { email: 'new@example.com', locale: 'de', link: `/register/confirm?token=${mailId}` }
            : undefined,
      notMe: async (mailId, _, ends) => `/not-me?token=${mailId}-${ends?.value}`,
      reset: async (mailId, _, askedAt) => (over ? undefined : `/reset/password?token=${mailId}-${askedAt}`),
    },
    codeOf: (_, asked) => (over ? undefined : `code of ${asked}`),
    mails: createMails({ issuer: 'https://id.example.com', messages: createMessages(), production: true }),
    send: async (mail) => {
      sent.push(mail)
      return { status: 'done' }
    },
  })
  const stored = ({ kind, payload }: NewMessage): Message => ({
    ...{ id: 'm1', kind, createdAt: 0, attempts: 1, strikes: 1 },
    payload: JSON.parse(JSON.stringify(payload)) as unknown,
  })
  return {
    written,
    sent,
    reuse: () => tellOfReuse(outbox, REUSE),
    risk: (event: AuditEvent) => tellOfRisk(outbox, event),
    account: (event: AuditEvent) => tellOfAccount(outbox, event),
    codes: (event: AuditEvent) => tellOfCodes(outbox, event),
    deliverAll: (stillHeld = async () => {}) =>
      Promise.all(written.map((message) => deliver(stored(message), stillHeld))),
  }
}

describe('a mail about a reuse', () => {
  it('goes to the person’s present address and names the app', async () => {
    const { reuse, deliverAll, sent, written } = house()
    await reuse()
    expect(written).toMatchObject([{ once: `reuse ${REUSE.id}`, at: clock.now() }])
    expect(await deliverAll()).toEqual([{ status: 'done' }])
    expect(sent).toMatchObject([{ id: 'm1', to: 'ada@example.com' }])
    expect(sent[0]?.text).toContain('Ledger, and every app')
  })

  it('says when it was in the time of its reader', async () => {
    const inTokyo = { ...account, profile: { zoneinfo: 'Asia/Tokyo' } }
    const { reuse, deliverAll, sent } = house({ known: [inTokyo] })
    await reuse()
    await deliverAll()
    expect(sent[0]?.text).toContain('Time: 23 Nov 2026, 18:41:07 GMT+9')
  })

  it('names a client that is gone by its id, and is dropped with its person', async () => {
    const gone = house({ clients: [] })
    await gone.reuse()
    await gone.deliverAll()
    expect(gone.sent[0]?.text).toContain('App: ledger')
    const alone = house({ known: [] })
    await alone.reuse()
    expect(await alone.deliverAll()).toEqual([{ status: 'dropped', reason: 'the account is gone' }])
  })

  it('comes of no other event, and of none that does not say whom it is about', async () => {
    const { written } = house()
    const outbox = { add: async (message: NewMessage) => void written.push(message) }
    const { subject: _, ...unknown } = REUSE
    for (const event of [{ ...REUSE, type: 'token.revoked' as const }, unknown, { ...REUSE, details: {} }])
      await tellOfReuse(outbox, event)
    expect(written).toEqual([])
  })

  it('is not sent by a node that no longer leads', async () => {
    const { reuse, deliverAll, sent } = house()
    await reuse()
    await expect(deliverAll(() => Promise.reject(new Error('lost')))).rejects.toThrow('lost')
    expect(sent).toEqual([])
  })
})

describe('a mail about an account', () => {
  const from = { ip: '203.0.113.7', userAgent: FIREFOX }
  const about = { subject: 'ada', actor: 'user:ada' }
  const asked = createEvent(from, { type: 'password.reset_asked', subject: 'ada', details: {} }, clock.now())

  it('brings who asked for it a link, for half an hour', async () => {
    const { account: tell, deliverAll, sent, written } = house()
    await tell(asked)
    expect(written).toMatchObject([{ once: `account ${asked.id} 0`, expiresAt: clock.now() + 1_800_000 }])
    expect(JSON.stringify(written)).not.toContain('token')
    await deliverAll()
    expect(sent[0]?.text).toContain(`https://id.example.com/reset/password?token=m1-${clock.now()}\n`)
    expect(sent[0]?.text).toContain('Browser: Firefox\nSystem: Windows\nAddress: 203.0.113.7')
  })

  it('is not sent once its link would be of no use, nor for a name that nobody has', async () => {
    const { account: tell, deliverAll, sent, written } = house({ over: true })
    await tell(asked)
    expect(await deliverAll()).toEqual([{ status: 'dropped', reason: 'what it offers is over' }])
    const { subject: _, ...unknown } = asked
    await tell(unknown)
    expect([written.length, sent]).toEqual([1, []])
  })

  const code = { type: 'login.code_asked', details: { method: 'email-code', sent: true } } as const

  it('F-161 brings who asked for it a code, for ten minutes; the outbox has none', async () => {
    const { codes: tell, deliverAll, sent, written } = house()
    const event = createEvent(from, { ...code, subject: 'ada' }, clock.now())
    await tell(event)
    expect(written).toMatchObject([{ once: `code ${event.id}`, expiresAt: clock.now() + 600_000 }])
    expect(JSON.stringify(written)).not.toContain('code of')
    await deliverAll()
    expect(sent[0]?.subject).toBe(`code of ${event.id} is your sign-in code`)
    expect(sent[0]?.text).toContain(`\n\ncode of ${event.id}\n\n`)
  })

  it('F-161 is not sent once its code would be of no use, nor where none was to be sent', async () => {
    const { codes: tell, deliverAll, sent, written } = house({ over: true })
    await tell(createEvent(from, { ...code, subject: 'ada' }, clock.now()))
    expect(await deliverAll()).toEqual([{ status: 'dropped', reason: 'what it offers is over' }])
    for (const details of [
      { method: 'email-code', sent: false },
      { method: 'sms-code', sent: true },
    ] as const)
      await tell(createEvent(from, { ...code, subject: 'ada', details }, clock.now()))
    await tell(createEvent(from, code, clock.now()))
    expect([written.length, sent]).toEqual([1, []])
  })

  it('A-464 tells a person once a day that more codes were asked for than are sent', async () => {
    const { codes: tell, deliverAll, sent, written } = house()
    const suppressed = { type: 'login.codes_suppressed', details: { method: 'email-code' } } as const
    await tell(createEvent(from, { ...suppressed, subject: 'ada' }, clock.now()))
    await tell(createEvent(from, { ...suppressed, subject: 'ada' }, clock.now() + 1))
    expect(new Set(written.map(({ once }) => once)).size).toBe(1)
    await deliverAll()
    expect(sent[0]?.subject).toBe('Many sign-in codes were asked for')
  })

  it.each([
    ['reset', 'Your password was reset'],
    ['link', 'Your password was changed'],
    ['operator', 'Your password was changed'],
  ] as const)('says that the password is another one: by %s', async (by, subject) => {
    const { account: tell, deliverAll, sent } = house()
    const origin = by === 'operator' ? { actor: 'command', ip: '203.0.113.7' } : from
    await tell(createEvent(origin, { type: 'password.set', subject: 'ada', details: { by } }, clock.now()))
    await deliverAll()
    expect(sent.map((mail) => mail.subject)).toEqual([subject])
    expect(sent[0]?.text.includes('203.0.113.7')).toBe(by !== 'operator')
  })

  it('asks who may be a stranger to finish their account, and tells an owner that there is one', async () => {
    const { account: tell, deliverAll, sent } = house()
    for (const registration of ['asked', 'known', 'over'])
      await tell(createEvent(from, { type: 'registration.asked', details: { registration } }, clock.now()))
    expect((await deliverAll()).map(({ status }) => status)).toEqual(['done', 'done', 'dropped'])
    expect(sent.map(({ to, subject }) => [to, subject])).toEqual([
      ['new@example.com', 'Konto fertigstellen'],
      ['ada@example.com', 'You have an account already'],
    ])
    expect(sent[0]?.text).toContain('https://id.example.com/register/confirm?token=m1\n')
    expect(sent[0]?.text).toContain('weil jemand diese Adresse bei id.example.com eingegeben hat')
    expect(sent[1]?.text).toContain('Address: 203.0.113.7')
  })

  it('asks both addresses about a change, and says to the old one how it is put back', async () => {
    const { account: tell, deliverAll, sent } = house()
    await tell(
      createEvent(from, { type: 'email.change_asked', ...about, details: { change: 'c1' } }, clock.now()),
    )
    await tell(createEvent(from, { type: 'email.changed', ...about, details: { change: 'c1' } }, clock.now()))
    await deliverAll()
    expect(sent.map(({ to, subject }) => [to, subject])).toEqual([
      ['old@example.com', 'Change the address of your account?'],
      ['new@example.com', 'Confirm your new address'],
      ['old@example.com', 'The address of your account was changed'],
    ])
    expect(sent[0]?.text).toContain('https://id.example.com/email/confirm?token=m1-old\n')
    expect(sent[1]?.text).not.toMatch(/old@|203\.0\.113|Ada/)
    expect(sent[2]?.text).toContain('https://id.example.com/email/undo?token=m1\n')
  })

  it('says to an owner that their address is wanted, without a link, and nothing once it is over', async () => {
    const { account: tell, deliverAll, sent } = house()
    for (const id of ['known', 'over'])
      await tell(
        createEvent(from, { type: 'email.change_asked', ...about, details: { change: id } }, clock.now()),
      )
    await deliverAll()
    expect(new Set(sent.map(({ to }) => to))).toEqual(new Set(['ada@example.com']))
    expect(sent[0]?.html).not.toContain('href=')
  })

  it('brings a link that proves the address', async () => {
    const { account: tell, deliverAll, sent } = house()
    await tell(createEvent(from, { type: 'email.verification_asked', ...about, details: {} }, clock.now()))
    await deliverAll()
    expect(sent[0]?.text).toContain(`https://id.example.com/account/email/verify?token=m1-${clock.now()}\n`)
  })

  it('says until when a deletion can be taken back', async () => {
    const { account: tell, deliverAll, sent } = house()
    const details = { delete_after: '2026-12-07T00:00:00.000Z' }
    await tell(createEvent(from, { type: 'user.deletion_asked', ...about, details }, clock.now()))
    await deliverAll()
    expect(sent[0]?.text).toContain('https://id.example.com/account/keep?token=m1\n')
    expect(sent[0]?.text).toContain('Deleted on: 7 Dec 2026, 00:00:00 UTC')
  })

  it('says farewell in the language of who is gone, and waits no longer than mails are tried', async () => {
    const { written, deliverAll, sent } = house({ known: [] })
    written.push(farewell({ ...account, profile: { locale: 'de' } }, clock.now()))
    expect(written).toMatchObject([{ once: 'deleted ada', expiresAt: clock.now() + 3 * 86_400_000 }])
    expect(await deliverAll()).toEqual([{ status: 'done' }])
    expect(sent).toMatchObject([{ to: 'ada@example.com', subject: 'Ihr Konto wurde gelöscht' }])
  })

  it('says that there is none any more', async () => {
    const { account: tell, deliverAll, sent } = house()
    await tell(createEvent(from, { type: 'password.removed', ...about }, clock.now()))
    await tell(createEvent(from, { type: 'user.updated', ...about, details: { fields: [] } }, clock.now()))
    await deliverAll()
    expect(sent.map((mail) => mail.subject)).toEqual(['Your password was removed'])
  })
})

describe('a mail about what is odd', () => {
  const noticed = (more: Partial<AuditEvent> = {}): AuditEvent => ({
    ...createEvent(
      { ip: '203.0.113.7', userAgent: FIREFOX, country: 'AU' },
      {
        ...{ type: 'login.succeeded', subject: 'ada' },
        details: {
          ...{ method: 'password', methods: ['password'], acr: '1fa', device: 'd1', risk: 'step_up' },
          rules: ['new_device:notify', 'many_accounts:allow', 'impossible_travel:step_up'],
        },
      },
      clock.now(),
    ),
    ...more,
  })

  it('tells browser, system, place and reasons, once a day of what looks alike', async () => {
    const { risk, deliverAll, sent, written } = house()
    await risk(noticed())
    expect(written).toMatchObject([
      {
        once: expect.stringMatching(
          /^risk sign_in ada \d+ 203\.0\.113\.7 Firefox Windows new_device impossible_travel$/,
        ),
        payload: { rules: ['new_device', 'impossible_travel'], ends: { kind: 'device', value: 'd1' } },
      },
    ])
    await deliverAll()
    expect(sent[0]?.text).toContain(
      'Browser: Firefox\nSystem: Windows\nAddress: 203.0.113.7\nCountry: Australia',
    )
    expect(sent[0]?.text).toContain('That wasn’t me:\nhttps://id.example.com/not-me?token=m1-d1\n')
    expect(sent[0]?.text).toContain('too far from where your account was used last')
  })

  it('tells of a right password that was refused, and of a session', async () => {
    const { risk, written } = house()
    const rules = ['listed_address:deny']
    await risk(noticed({ type: 'login.failed', details: { method: 'password', risk: 'deny', rules } }))
    await risk(noticed({ type: 'risk.noticed', session: 's1', details: { risk: 'deny', rules } }))
    expect(written.map(({ payload }) => payload)).toMatchObject([
      { what: 'refused', rules: ['listed_address'] },
      { what: 'refresh', ends: { kind: 'session', value: 's1' } },
    ])
    expect(written[0]?.payload).not.toHaveProperty('ends')
  })

  it('comes of nothing that is without consequence, or about nobody', async () => {
    const { risk, written } = house()
    const { subject: _, ...unknown } = noticed()
    for (const event of [
      noticed({
        details: {
          method: 'password',
          methods: ['password'],
          acr: '1fa',
          device: 'd1',
          risk: 'allow',
          rules: ['new_device:allow'],
        },
      }),
      noticed({ type: 'login.failed', details: { method: 'password' } }),
      noticed({ type: 'token.refreshed' }),
      noticed({ details: { rules: 'new_device:notify' } }),
      noticed({ details: { rules: ['<b>:notify'] } }),
      unknown,
    ])
      await risk(event)
    expect(written).toEqual([])
  })

  it.each([undefined, '', 'x', 'A'.repeat(100_000), '\u202e<script>'])(
    'A-821 says nothing of a header that tells nothing',
    async (userAgent) => {
      const { risk, deliverAll, sent } = house()
      const { userAgent: _, ...rest } = noticed()
      await risk({ ...rest, ...(userAgent !== undefined && { userAgent }) })
      await deliverAll()
      expect(sent[0]?.text.length).toBeLessThan(1500)
      expect(sent[0]?.html).not.toContain('<script>')
    },
  )
})
