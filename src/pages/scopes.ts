/** What a scope lets an application do, in words: a verb phrase, then its limits. */
import type { Piece } from './messages.ts'
import type { ConsentModel, ConsentResource, ConsentScope } from './models.ts'
import { safeText } from './safe-text.ts'
import { EMAIL, type ViewUse } from './view.ts'

export interface ScopeLine {
  icon: string
  title: Piece[]
  limits: Piece[]
  isNew: boolean
}

const STANDARD = {
  openid: 'check',
  profile: 'user',
  email: 'mail',
  phone: 'phone',
  address: 'pin',
  groups: 'people',
  offline_access: 'clock',
} as const

type StandardScope = keyof typeof STANDARD

const isStandard = (scope: string): scope is StandardScope => Object.hasOwn(STANDARD, scope)

/** What of a consent there is to be said. */
export type ScopedModel = Pick<ConsentModel, 'scopes' | 'claims' | 'resources' | 'account' | 'offlineDays'>

export function scopeLines(model: ScopedModel, use: ViewUse): ScopeLine[] {
  const { scopes, claims = [], resources = [] } = model
  const named = scopes.some(({ name }) => name === 'profile' || name === 'email')
  // Whoever learns name or address knows who it is: a line of its own would say nothing more.
  const shown = scopes.filter(({ name }) => name !== 'openid' || !named)
  const lines = [
    ...shown.map((scope) => ownScope(scope, model, use)),
    ...(claims.length > 0 ? [claimsLine(claims, use)] : []),
    ...resources.flatMap((resource) => resourceScopes(resource, use)),
  ]
  const asked = [...scopes, ...claims, ...resources.flatMap((resource) => resource.scopes)]
  // When all is new, marking it tells nobody anything.
  return asked.every(({ isNew }) => isNew) ? lines.map((line) => ({ ...line, isNew: false })) : lines
}

function ownScope(scope: ConsentScope, model: ScopedModel, use: ViewUse): ScopeLine {
  const { name, isNew } = scope
  if (!isStandard(name)) return { icon: 'key', title: title(scope), limits: [], isNew }
  const email: Piece = { as: 'name', text: safeText(model.account.email, EMAIL) }
  const limits =
    name === 'offline_access' && model.offlineDays !== undefined
      ? use.rich('scope.offline_access.days', { days: model.offlineDays })
      : use.rich(`scope.${name}.limits`, { email })
  return { icon: STANDARD[name], title: text(use.t(`scope.${name}.title`)), limits, isNew }
}

function claimsLine(wanted: ConsentScope[], use: ViewUse): ScopeLine {
  const names = wanted.map(({ name }) => safeText(name, 64)).join(', ')
  return {
    icon: 'user',
    title: text(use.t('scope.claims.title')),
    limits: [{ as: 'code', text: names }],
    isNew: wanted.some(({ isNew }) => isNew),
  }
}

function resourceScopes(resource: ConsentResource, use: ViewUse): ScopeLine[] {
  const place: Piece = { as: 'host', text: safeText(resource.identifier, 256) }
  return resource.scopes.map((scope) => ({
    icon: 'key',
    title: title(scope),
    limits: use.rich('scope.resource.limits', { resource: place }),
    isNew: scope.isNew,
  }))
}

const title = ({ description, name }: ConsentScope): Piece[] => {
  const words = safeText(description ?? '', 120)
  return [words ? { as: 'name', text: words } : { as: 'code', text: safeText(name, 64) }]
}

const text = (words: string): Piece[] => [{ as: 'text', text: words }]
