/** A provider of text messages, over real HTTP, that speaks as Twilio does or takes our webhook, and can be told to misbehave. */
import { type Receiver, startReceiver } from './receiver.ts'

export interface Text {
  to: string
  text: string
}

export interface SmsProvider extends Pick<Receiver, 'close'> {
  /** For `SMS_URL`, and so that it can be reached on this machine. */
  readonly env: Record<string, string>
  /** Every message that arrived, in order, whatever was answered. */
  texts(to?: string): Text[]
  /** How it treats what comes next. */
  behave(...moods: Parameters<Receiver['behave']> extends [string, ...infer Moods] ? Moods : never): void
  /** What came with it. */
  calls(): ReturnType<Receiver['calls']>
}

const MESSAGES = '/2010-04-01/Accounts/AC0123/Messages.json'

export async function startSmsProvider(): Promise<SmsProvider> {
  const receiver = await startReceiver()
  const { host } = new URL(receiver.url('/'))
  const calls = () => receiver.calls(MESSAGES)
  return {
    env: {
      SMS_URL: `twilio+http://AC0123:secret-token@${host}?from=%2B15550100`,
      OUTBOUND_ALLOW_PRIVATE: 'true',
    },
    texts: (to) =>
      calls()
        .map(({ body }) => new URLSearchParams(body))
        .map((form) => ({ to: form.get('To') ?? '', text: form.get('Body') ?? '' }))
        .filter((text) => to === undefined || text.to === to),
    behave: (...moods) => receiver.behave(MESSAGES, ...moods),
    calls,
    close: receiver.close,
  }
}

/** The code of a text; its last line is for browsers. */
export const codeIn = ({ text }: Text): string => /^(\d{6}) .*\n\n@localhost #\1$/s.exec(text)?.[1] ?? ''
