/** Text messages to people. Creating them says each once in every language, so that one that is broken stops the start. */
import type { Locale, Messages } from './messages.ts'

export interface Texts {
  readonly locales: readonly Locale[]
  /**
   * A code for the page that asked for it. Its last line tells browsers for which host it is, so that they fill it in there
   * alone (Origin-bound one-time codes, WICG); it is the same in every language, and the last.
   */
  code(locale: Locale, code: string): string
}

export function createTexts({ issuer, messages }: { issuer: string; messages: Messages }): Texts {
  const { host, hostname } = new URL(issuer)
  const texts: Texts = {
    locales: messages.locales,
    code: (locale, code) => `${messages.t(locale, 'sms.code', { code, host })}\n\n@${hostname} #${code}`,
  }
  for (const locale of messages.locales) texts.code(locale, '042917')
  return texts
}
