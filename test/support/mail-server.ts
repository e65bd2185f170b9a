/** A real SMTP server that can be told to misbehave. */
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'

/** A number is its answer to the whole content; `cut` and `hang` come after the content, `silent` before the greeting. */
export type Mood = 'take' | 'cut' | 'hang' | 'silent' | number

export interface MailServer {
  /** For `SMTP_URL` and `MAIL_FROM`. */
  readonly env: Record<string, string>
  /** Every message whose content arrived, in order, whatever was answered. */
  readonly received: ParsedMail[]
  /** Of those to an address. */
  subjectsTo(email: string): (string | undefined)[]
  /** How it treats what comes next, one after the other; then it takes everything. */
  behave(...moods: Mood[]): void
  /** What has such a subject is not taken for now, until this is said anew. */
  refuse(subject?: RegExp): void
  close(): Promise<void>
}

export async function startMailServer(): Promise<MailServer> {
  const received: ParsedMail[] = []
  let moods: Mood[] = []
  let refused: RegExp | undefined
  const sockets = new Set<Socket>()
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const server = new SMTPServer({
    logger: false,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onConnect: (_session, done) => {
      if (moods[0] === 'silent') moods.shift()
      else done()
    },
    onData: (stream, _session, done) => {
      const take = (mail: ParsedMail): void => {
        received.push(mail)
        const mood = refused?.test(mail.subject ?? '') ? 451 : (moods.shift() ?? 'take')
        if (mood === 'take') done()
        else if (typeof mood === 'number') done(Object.assign(new Error('no'), { responseCode: mood }))
        else if (mood === 'cut') cutAll()
      }
      // Who is killed while sending has sent nothing.
      void simpleParser(stream).then(take, () => {})
    },
  })
  server.on('error', () => {})
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  return {
    env: { SMTP_URL: `smtp://127.0.0.1:${port}`, MAIL_FROM: 'Gatehouse <no-reply@example.com>' },
    received,
    subjectsTo: (email) =>
      received.filter(({ to }) => [to].flat()[0]?.text === email).map(({ subject }) => subject),
    behave: (...next) => {
      moods = next
    },
    refuse: (subject) => {
      refused = subject
    },
    close: async () => {
      cutAll()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
