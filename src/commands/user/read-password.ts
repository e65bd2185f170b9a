/**
 * A password comes from a prompt without echo, or from stdin: never from the arguments, which every process of the
 * machine can read and which shells keep.
 */
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { Refusal } from '../refusal.ts'

export const readPassword = (email: string): Promise<string> =>
  process.stdin.isTTY ? askTwice(email) : readStdin()

async function askTwice(email: string): Promise<string> {
  const first = await ask(`New password for ${email}: `)
  if ((await ask('Again: ')) !== first) throw new Refusal('The two are not the same. Nothing was changed.')
  return first
}

async function ask(question: string): Promise<string> {
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silence, terminal: true, historySize: 0 })
  const interrupted = new Promise<never>((_, reject) => {
    lines.once('SIGINT', () => reject(new Refusal('Nothing was changed.')))
    lines.once('close', () => reject(new Refusal('Nothing was changed.')))
  })
  process.stderr.write(question)
  try {
    return await Promise.race([lines.question(''), interrupted])
  } finally {
    interrupted.catch(() => {})
    lines.close()
    process.stderr.write('\n')
  }
}

/** More than any password has: the policy tells what is too long, this only keeps a wrong pipe from filling memory. */
const MOST_BYTES = 4096

/** One line, its end cut. */
async function readStdin(): Promise<string> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of process.stdin) {
    parts.push(part as Buffer)
    length += (part as Buffer).length
    if (length > MOST_BYTES) throw new Refusal('Refused: stdin holds more than a password.')
  }
  const text = Buffer.concat(parts)
    .toString()
    .replace(/\r?\n$/, '')
  if (text === '') throw new Refusal('No password came from stdin. Nothing was changed.')
  if (/[\r\n]/.test(text)) throw new Refusal('Refused: the password must be one line.')
  return text
}
