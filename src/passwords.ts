/** The password policy, put together: what is estimated in a thread, the operator's words, the list of known passwords. */
import { createPasswordPolicy, type PasswordPolicy } from './accounts/password-policy.ts'
import type { Config } from './config/config.ts'
import { createBreachedPasswords } from './security/breached-passwords.ts'
import { createFileSource } from './security/file-source.ts'
import { createOutboundFetch } from './security/outbound-fetch.ts'
import { outboundRules } from './security/outbound-url.ts'
import { createPasswordStrength } from './security/password-strength.ts'
import { readPasswordWords } from './security/password-words.ts'
import type { Logger } from './telemetry/logger.ts'
import type { BreachResult } from './telemetry/metric-labels.ts'

export interface PasswordsUse {
  config: Config
  log: Logger
  /** Whether files are looked at again. */
  role: 'server' | 'command'
  onBreachCheck?: ((result: BreachResult) => void) | undefined
}

/** How often somebody looks whether the words were replaced. */
const LOOK_AGAIN = 2_000
/** A range has some 2,000 lines, padding included. */
const MOST_BYTES = 1_048_576

const component = 'passwords'

export async function openPasswords({ config, log, role, onBreachCheck }: PasswordsUse) {
  const { minLength, words: path, breached } = config.passwords
  const strength = createPasswordStrength()
  const words =
    path === undefined
      ? undefined
      : createFileSource({
          path,
          read: readPasswordWords,
          onRead: (read) => {
            strength.listWords(read.words)
            log.info({ component, file: path, count: read.words.length }, 'words for passwords were read')
            if (read.beyond > 0)
              log.warn({ component, file: path, count: read.beyond }, 'words beyond 100,000 are left out')
          },
          onFailed: (error) =>
            log.warn(
              { component, variable: 'PASSWORD_WORDS', file: path, error },
              'words for passwords can’t be read: what was read before goes on to count',
            ),
        })
  await words?.refresh()
  const timer = role === 'server' && words ? setInterval(words.refresh, LOOK_AGAIN).unref() : undefined
  const policy: PasswordPolicy = createPasswordPolicy({
    minLength,
    issuer: config.issuer,
    brand: config.brand.name,
    strength,
    isBreached: createBreachedPasswords({
      list: breached,
      outboundFetch: createOutboundFetch({ rules: outboundRules(config), maxBytes: MOST_BYTES }),
      onChecked: (result) => onBreachCheck?.(result),
      onFailed: (error) =>
        log.warn({ component, error }, 'the list of known passwords can’t be asked: the password is taken'),
    }),
  })
  return {
    policy,
    close: async () => {
      clearInterval(timer)
      await strength.close()
    },
  }
}
