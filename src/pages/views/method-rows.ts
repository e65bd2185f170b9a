import type { MethodId } from '../../telemetry/metric-labels.ts'
import type { ConnectorWay } from '../models.ts'
import { namePiece, type ViewUse } from '../view.ts'

const ICONS: Record<MethodId, string> = {
  passkey: 'passkey',
  totp: 'phone',
  password: 'lock',
  identity: 'building',
  'sms-code': 'message',
  'email-code': 'mail',
  'recovery-codes': 'key',
}

interface Ways {
  ways?: MethodId[]
  connectors?: ConnectorWay[]
  last?: MethodId
  /** Where something was proven before, and this is one proof more. */
  trustDays?: number
}

/** More of them are a list to look somebody up in: what would be said of each alike is left out. */
const FEW = 3

/** Ways to prove who one is, as rows of a list. */
export const methodRows = ({ ways = [], connectors = [], last, trustDays }: Ways, use: ViewUse) =>
  ways.flatMap((id): object[] => {
    if (id !== 'identity') return [methodRow(id, last, use)]
    // Who somebody is elsewhere says who they are here; it is no second proof of it.
    return trustDays === undefined ? connectorRows(connectors, last, use) : []
  })

const methodRow = (id: Exclude<MethodId, 'identity'>, last: MethodId | undefined, use: ViewUse) => ({
  ...{ id, icon: ICONS[id], needsScript: id === 'passkey' },
  ...{ name: use.t(`method.${id}.name`), fact: use.t(`method.${id}.fact`) },
  last: id === last && use.t('ways.last'),
})

/**
 * A link each: where it leads is elsewhere, and a form of ours may not go there. Which of several was used last, nobody has
 * kept.
 */
const connectorRows = (connectors: ConnectorWay[], last: MethodId | undefined, use: ViewUse) =>
  connectors.flatMap(({ name, href: path }) => {
    const href = use.links.own(path)
    if (href === undefined) return []
    const words = use.rich('method.identity.name', { connector: namePiece(name) })
    return {
      ...{ href, icon: ICONS.identity, words },
      fact: connectors.length <= FEW && use.t('method.identity.fact'),
      last: last === 'identity' && connectors.length === 1 && use.t('ways.last'),
    }
  })
