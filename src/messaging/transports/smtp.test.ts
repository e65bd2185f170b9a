import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, describe, expect, it } from 'vitest'
import type { SmtpServer } from '../../config/values/mail.ts'
import type { Mail } from '../transport.ts'
import { createSmtpTransport, probeSmtp } from './smtp.ts'

const mail: Mail = {
  id: '0199a3c2-7d1e-7b4a-9c55-2f6f0c1d8e42',
  to: 'mira@example.com',
  subject: 'You were signed out — naïve',
  text: 'Hello, Mira.\n.\nA dot alone on its line.\n',
  html: '<p>Hello, Mira.</p>',
}

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

const at = (port: number): SmtpServer => ({ host: '127.0.0.1', port, secure: false })

async function peer(options: SMTPServerOptions = {}) {
  const received: string[] = []
  const server = new SMTPServer({
    logger: false,
    disabledCommands: ['AUTH'],
    onData: (stream, _session, done) => {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        received.push(Buffer.concat(parts).toString())
        done()
      })
    },
    ...options,
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  closing.push(() => new Promise((resolve) => server.close(() => resolve(undefined))))
  return { received, server: at((server.server.address() as AddressInfo).port) }
}

/** Says its lines one by one, each after a line of the client's (or a whole message), and after the last what `end` does. */
async function scripted(lines: string[], end: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    const rest = [...lines]
    let content: string | undefined
    const next = () => {
      const line = rest.shift()
      if (line === undefined) end(socket)
      else socket.write(`${line}\r\n`)
      if (line?.startsWith('354')) content = ''
    }
    socket.on('data', (part) => {
      if (content !== undefined) content += part.toString()
      if (content === undefined || content.endsWith('\r\n.\r\n')) next()
    })
    next()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return at((server.address() as AddressInfo).port)
}

const transportTo = (server: SmtpServer, limits = {}) =>
  createSmtpTransport({
    server,
    from: { name: 'Gatehouse, Inc.', address: 'no-reply@example.com' },
    domain: 'id.example.com',
    limits,
  })

const refusing = (code: number) => (_: unknown, __: unknown, done: (error?: Error) => void) =>
  done(Object.assign(new Error('no'), { responseCode: code }))

describe('mail by SMTP', () => {
  it('arrives as text and HTML, from the house, with an id of its own', async () => {
    const { received, server } = await peer()
    expect(await transportTo(server)(mail)).toEqual({ status: 'done' })
    const parsed = await simpleParser(received[0] ?? '')
    expect(parsed).toMatchObject({
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      messageId: `<${mail.id}@id.example.com>`,
      from: { value: [{ name: 'Gatehouse, Inc.', address: 'no-reply@example.com' }] },
      to: { value: [{ address: mail.to }] },
      attachments: [],
    })
    expect(parsed.headers.get('auto-submitted')).toBe('auto-generated')
  })

  it.each([
    ['to', { to: 'mira@example.com\r\nBcc: thief@example.com' }],
    ['to', { to: 'mira@example.com\nRCPT TO:<thief@example.com>' }],
    ['subject', { subject: 'Hello\r\nBcc: thief@example.com' }],
    ['subject', { subject: 'Hello\u2028Bcc: thief@example.com' }],
  ])('refuses a header in %s, and sends nothing', async (_, over) => {
    const { received, server } = await peer()
    expect(await transportTo(server)({ ...mail, ...over })).toMatchObject({ status: 'refused' })
    expect(received).toEqual([])
  })

  it('goes to one recipient, whatever the address looks like', async () => {
    const recipients: string[] = []
    const { server } = await peer({
      onRcptTo: ({ address }, _session, done) => {
        recipients.push(address)
        done()
      },
    })
    await transportTo(server)({ ...mail, to: "o'brien+a@example.com" })
    const listed = await transportTo(server)({ ...mail, to: 'a@example.com, thief@example.com' })
    expect(recipients.filter((address) => address === 'thief@example.com')).toEqual([])
    expect([recipients[0], listed.status]).toEqual(["o'brien+a@example.com", expect.any(String)])
  })
})

describe('F-161 a server that', () => {
  it.each([
    ['refuses the recipient for good', { onRcptTo: refusing(550) }, 'refused', '550 at RCPT TO'],
    ['refuses the content for good', { onData: refusing(554) }, 'refused', '554 at DATA'],
    ['refuses the recipient for now', { onRcptTo: refusing(451) }, 'later', '451 at RCPT TO'],
    ['is full', { onData: refusing(452) }, 'later', '452 at DATA'],
    [
      'refuses us',
      { onConnect: (_: unknown, done: (e?: Error) => void) => refusing(554)(0, 0, done) },
      'later',
      '554 at CONN',
    ],
    ['refuses our sender', { onMailFrom: refusing(550) }, 'later', '550 at MAIL FROM'],
  ] as [string, SMTPServerOptions, string, string][])('%s', async (_, options, status, reason) => {
    const { server } = await peer(options)
    expect(await transportTo(server)(mail)).toEqual({ status, reason })
  })

  it('is not there', async () => {
    expect(await transportTo(at(1))(mail)).toEqual({ status: 'later', reason: 'ESOCKET' })
  })

  const UNTIL_DATA = ['220 hi', '250 hi', '250 sender', '250 recipient']

  it.each([
    ['before its greeting', []],
    ['before it knows the sender', ['220 hi', '250 hi']],
    ['before it wants the content', UNTIL_DATA],
  ])('hangs %s: it may be tried again', async (_, lines) => {
    const server = await scripted(lines, () => {})
    const limits = { connectMs: 200, answerMs: 200 }
    expect(await transportTo(server, limits)(mail)).toMatchObject({ status: 'later' })
  })

  it('answers one byte at a time without end: the whole has a bound', async () => {
    const server = await scripted(['220 hi'], (socket) => {
      setInterval(() => socket.write('2'), 20).unref()
    })
    const outcome = await transportTo(server, { wholeMs: 500 })(mail)
    expect(outcome).toMatchObject({ status: 'later' })
  })

  it('cuts, or hangs, after the content: nobody knows', async () => {
    const cutting = await scripted([...UNTIL_DATA, '354 go on'], (socket) => socket.destroy())
    expect(await transportTo(cutting)(mail)).toMatchObject({ status: 'unclear' })
    const hanging = await scripted([...UNTIL_DATA, '354 go on'], () => {})
    expect(await transportTo(hanging, { answerMs: 200 })(mail)).toMatchObject({ status: 'unclear' })
  })
})

describe('a password', () => {
  it('is not sent in clear to another machine', async () => {
    const { server } = await peer({ disabledCommands: ['STARTTLS'], authOptional: true })
    // Another name of this machine, so that it is not taken for it.
    const elsewhere = { ...server, host: '0.0.0.0', auth: { user: 'gatehouse', pass: 'hunter2' } }
    const outcome = await transportTo(elsewhere)(mail)
    expect(outcome.status).toBe('later')
  })

  it('that is wrong is a fault of the set-up, not of the mail', async () => {
    const { server } = await peer({
      disabledCommands: ['STARTTLS'],
      onAuth: (_auth, _session, done) => done(new Error('no')),
    })
    const withAuth = { ...server, auth: { user: 'gatehouse', pass: 'hunter2' } }
    expect(await transportTo(withAuth)(mail)).toMatchObject({ status: 'later', reason: '535 at AUTH PLAIN' })
    await expect(probeSmtp(withAuth)).rejects.toThrow(/Invalid login/)
  })
})
