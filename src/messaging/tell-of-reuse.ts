import type { OutboxRepository } from '../events/outbox-repository.ts'
import type { Clock } from '../shared/clock.ts'
import { mailMessage } from './mail-message.ts'

export interface TellOfReuseUse {
  outbox: Pick<OutboxRepository, 'add'>
  clock: Clock
  /** `REFRESH_REUSE_REVOKES`. */
  refreshReuseRevokes: 'family' | 'session' | 'user'
}

/** A refresh token of somebody's was used again. */
export interface Reuse {
  /** The family's, as the store knows it: of any number of reports one mail comes. */
  grantKey: string
  sub: string
  clientId: string
}

/** Has the person told. Rejects when that can't be written. */
export const tellOfReuse =
  ({ outbox, clock, refreshReuseRevokes }: TellOfReuseUse) =>
  ({ grantKey, sub, clientId }: Reuse): Promise<void> =>
    outbox.add(
      mailMessage(
        { mail: 'reuse-detected', sub, at: clock.now(), clientId, ended: refreshReuseRevokes },
        { once: `reuse ${grantKey}` },
      ),
    )
