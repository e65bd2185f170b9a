import { readFile } from 'node:fs/promises'
import type { Config } from '../../config/config.ts'
import { createBreachedPasswords } from '../../security/breached-passwords.ts'
import { createOutboundFetch } from '../../security/outbound-fetch.ts'
import { outboundRules } from '../../security/outbound-url.ts'
import { readPasswordWords } from '../../security/password-words.ts'
import { EXIT } from '../exit-codes.ts'
import { reasonOf } from './reason.ts'
import type { Verdict } from './verdict.ts'

const check = 'passwords'

/** What new passwords are held against. Nobody is kept from setting one where it is away, so somebody must hear of it. */
export async function* checkPasswords(
  config: Pick<Config, 'passwords' | 'production' | 'outboundAllowPrivate'>,
): AsyncIterable<Verdict> {
  const { words, breached } = config.passwords
  if (words !== undefined) yield await judgeWords(words)
  if (breached.kind === 'off') return
  const verdict: Verdict = { check, status: 'ok', message: 'the list of known passwords answers' }
  // Nobody's password: one that is made up here.
  await createBreachedPasswords({
    list: breached,
    outboundFetch: createOutboundFetch({ rules: outboundRules(config), maxBytes: 1_048_576 }),
    onChecked: () => {},
    onFailed: (error) => {
      verdict.status = 'warn'
      verdict.message = `PASSWORD_BREACHED: ${reasonOf(error, EXIT.failed).message}: passwords are taken without it`
    },
  })(crypto.randomUUID())
  yield verdict
}

async function judgeWords(path: string): Promise<Verdict> {
  try {
    const { words, beyond } = readPasswordWords(await readFile(path))
    const message = `PASSWORD_WORDS has ${words.length} words`
    return beyond === 0
      ? { check, status: 'ok', message }
      : { check, status: 'warn', message: `${message}; ${beyond} beyond them are left out` }
  } catch (error) {
    const { message } = reasonOf(error, EXIT.failed)
    return { check, status: 'warn', message: `PASSWORD_WORDS: ${path} can’t be read: ${message}` }
  }
}
