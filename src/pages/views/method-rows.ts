import type { MethodId } from '../../telemetry/metric-labels.ts'
import type { ViewUse } from '../view.ts'

const ICONS: Record<MethodId, string> = {
  passkey: 'passkey',
  totp: 'phone',
  password: 'lock',
  'sms-code': 'message',
  'email-code': 'mail',
  'recovery-codes': 'key',
}

/** Ways to prove who one is, as rows of a list. */
export const methodRows = ({ ways = [], last }: { ways?: MethodId[]; last?: MethodId }, use: ViewUse) =>
  ways.map((id) => ({
    ...{ id, icon: ICONS[id], needsScript: id === 'passkey' },
    ...{ name: use.t(`method.${id}.name`), fact: use.t(`method.${id}.fact`) },
    last: id === last && use.t('ways.last'),
  }))
