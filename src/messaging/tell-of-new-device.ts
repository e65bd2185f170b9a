import type { OutboxRepository } from '../events/outbox-repository.ts'
import type { Clock } from '../shared/clock.ts'
import { mailMessage } from './mail-message.ts'
import { readUserAgent } from './user-agent.ts'

export interface TellOfNewDeviceUse {
  outbox: Pick<OutboxRepository, 'add'>
  clock: Clock
}

export interface NewDevice {
  sub: string
  userAgent: string | undefined
  address: string
}

const DAY = 24 * 60 * 60 * 1000

/**
 * Has the person told of a sign-in on a device that was not seen before. A program that keeps no cookies is new each time:
 * of what looks alike one mail comes in a day. Rejects when that can't be written.
 */
export const tellOfNewDevice =
  ({ outbox, clock }: TellOfNewDeviceUse) =>
  ({ sub, userAgent, address }: NewDevice): Promise<void> => {
    const at = clock.now()
    const { browser = '', system = '' } = readUserAgent(userAgent)
    const alike = `${Math.floor(at / DAY)} ${address} ${browser} ${system}`
    return outbox.add(
      mailMessage(
        { mail: 'new-device', sub, at, ...readUserAgent(userAgent), address },
        { once: `device ${sub} ${alike}` },
      ),
    )
  }
