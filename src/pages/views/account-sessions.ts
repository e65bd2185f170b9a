import type { AccountSession, AccountSessionsModel } from '../account-models.ts'
import { safeText } from '../safe-text.ts'
import { NAME, type View, type ViewUse } from '../view.ts'
import { inAccount } from './account-frame.ts'
import { deviceName } from './device-name.ts'

export function accountSessions(model: AccountSessionsModel, use: ViewUse): View {
  const { frame, sessions, more } = model
  return inAccount(frame, use, {
    template: 'self-service/account/sessions',
    title: use.t('account.sessions.title'),
    purpose: use.t('account.sessions.purpose'),
    data: {
      sessions: sessions.map((session) => line(session, use)),
      hasOthers: more > 0 || sessions.some(({ current }) => !current),
      more: more === 0 ? undefined : use.t('account.sessions.more', { more }),
    },
  })
}

function line(session: AccountSession, use: ViewUse) {
  const { id, current, kind, country, signedInAt, lastSeenAt, clients } = session
  const facts = [
    country === undefined ? [] : use.country(country),
    signedInAt === undefined ? [] : use.t('account.sessions.since', { at: use.minute(signedInAt) }),
    current || lastSeenAt === undefined ? [] : use.t('account.sessions.seen', { at: use.minute(lastSeenAt) }),
    clients.map((name) => safeText(name, NAME)),
  ]
  return {
    ...{ id, current, icon: kind === 'mobile' || kind === 'tablet' ? 'phone' : 'screen' },
    name: nameOf(session, use),
    facts: facts.flat(),
  }
}

function nameOf({ label, browser, system }: AccountSession, use: ViewUse): string {
  const given = safeText(label ?? '', NAME)
  return given || (deviceName({ browser, system }, use) ?? use.t('account.device.unknown'))
}
