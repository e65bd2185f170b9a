import { visible } from '../../telemetry/scrub.ts'
import type { FieldChange } from './fields.ts'
import type { Change } from './plan.ts'

const SIGNS = { create: '+', update: '~', remove: '-' } as const
const KINDS = {
  client: 'client',
  resource_server: 'resource server',
  first_party_api: 'settings of',
  risk_policy: 'policy of',
  sign_in_policy: 'policy of',
  user: 'user',
  webhook: 'webhook',
  connector: 'connector',
} as const
const LONGEST = 200

/** A value on a terminal: quoted, cut, and without signs that could pass for something else. */
const shown = (value: unknown): string => visible(JSON.stringify(value) ?? 'none', LONGEST)

function fieldLine(field: FieldChange, fresh: boolean): string {
  if ('secret' in field) return `    ${field.field}: ${field.secret}`
  const { from, to } = field
  return fresh ? `    ${field.field}: ${shown(to)}` : `    ${field.field}: ${shown(from)} → ${shown(to)}`
}

export function changeLines(change: Change): string[] {
  const { action, kind, name, fields } = change
  const head = `${SIGNS[action]} ${KINDS[kind]} ${visible(name, LONGEST)}`
  return [head, ...fields.map((field) => fieldLine(field, action === 'create'))]
}

/** For programs; `from` and `to` as they are. */
export const changeRecord = ({ action, kind, name, fields }: Change) => ({ action, kind, name, fields })

export function summary(changes: readonly Change[], dryRun: boolean): string {
  if (changes.length === 0) return 'Nothing to do.'
  const count = `${changes.length} change${changes.length === 1 ? '' : 's'}`
  return dryRun ? `${count} would be made. Nothing was changed.` : `${count} made.`
}
