import type { OutboxRepository } from '../events/outbox-repository.ts'
import type { Clock } from '../shared/clock.ts'
import { mailMessage } from './mail-message.ts'
import { readUserAgent } from './user-agent.ts'

export interface TellOfNewDeviceUse {
  outbox: Pick<OutboxRepository, 'add'>
  clock: Clock
}

export interface NewDevice {
  /** The device's id: of any number of reports one mail comes. */
  deviceId: string
  sub: string
  userAgent: string | undefined
  address: string
}

/** Has the person told of a sign-in on a device that was not seen before. Rejects when that can't be written. */
export const tellOfNewDevice =
  ({ outbox, clock }: TellOfNewDeviceUse) =>
  ({ deviceId, sub, userAgent, address }: NewDevice): Promise<void> =>
    outbox.add(
      mailMessage(
        { mail: 'new-device', sub, at: clock.now(), ...readUserAgent(userAgent), address },
        { once: `device ${sub} ${deviceId}` },
      ),
    )
