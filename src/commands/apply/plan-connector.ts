import type { Connector } from '../../federation/connector.ts'
import type { DesiredConnector } from './desired.ts'
import { differences, type FieldChange } from './fields.ts'
import type { ChangeOf, Facts, PlanOptions } from './plan.ts'

export function planConnector(
  stored: readonly Connector[],
  desired: DesiredConnector,
  facts: Facts,
  { managedBy }: PlanOptions,
): ChangeOf<'connector'> | undefined {
  const { slug, type, name, config } = desired
  const before = stored.find((connector) => connector.slug === slug)
  const disabled = desired.disabled ?? before?.disabled ?? false
  const secret = planSecret(before, desired.secret, facts)
  const fields = [
    ...differences(before === undefined ? {} : { ...described(before), disabled: before.disabled }, {
      ...described(desired),
      ...((before !== undefined || disabled) && { disabled }),
    }),
    ...secretField(before, secret),
  ]
  if (before !== undefined && fields.length === 0) return undefined
  const change = {
    kind: 'connector',
    name: slug,
    fields,
    to: { type, name, config, disabled },
    secret,
  } as const
  return before === undefined
    ? { ...change, action: 'create', managedBy }
    : { ...change, action: 'update', before }
}

/** By the names of the file. */
const described = ({ type, name, config }: Pick<Connector, 'type' | 'name' | 'config'>) => ({
  type,
  name,
  ...config,
})

function planSecret(before: Connector | undefined, secret: string | undefined, facts: Facts) {
  if (before === undefined || secret === undefined) return secret
  return facts.connectorSecretFits(before, secret) ? undefined : secret
}

function secretField(before: Connector | undefined, secret: string | undefined): FieldChange[] {
  if (secret === undefined) return []
  return [{ field: 'client_secret', secret: before?.secretSealed === undefined ? 'set' : 'changed' }]
}
