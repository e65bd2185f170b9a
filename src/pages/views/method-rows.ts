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

/** Ways to prove who one is, as rows of a list: those that work without script. */
export const methodRows = (ways: readonly MethodId[], use: ViewUse) =>
  ways.map((id) => ({
    ...{ id, icon: ICONS[id], needsScript: id === 'passkey' },
    ...{ name: use.t(`method.${id}.name`), fact: use.t(`method.${id}.fact`) },
  }))
