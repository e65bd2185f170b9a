import type { Client } from '../../clients/client.ts'
import { isConfidential } from '../../clients/client-metadata.ts'
import type { DesiredClient } from './desired.ts'
import { differences, type FieldChange } from './fields.ts'
import type { ChangeOf, Facts, PlanOptions, SecretStep } from './plan.ts'

export function planClient(
  stored: readonly Client[],
  desired: DesiredClient,
  facts: Facts,
  { managedBy }: PlanOptions,
): ChangeOf<'client'> | undefined {
  const { clientId, metadata, signIn } = desired
  const before = stored.find((client) => client.clientId === clientId)
  const disabled = desired.disabled ?? before?.disabled ?? false
  const secret = planSecret(before, desired, facts)
  const fields = [
    ...differences(
      before === undefined ? {} : { ...before.metadata, ...signInField(before), disabled: before.disabled },
      {
        ...metadata,
        ...signInField(desired),
        ...((before !== undefined || disabled) && { disabled }),
      },
    ),
    ...secretField(before, secret),
  ]
  if (before !== undefined && fields.length === 0) return undefined
  return {
    kind: 'client',
    action: before === undefined ? 'create' : 'update',
    name: clientId,
    fields,
    // Who made it stays its manager: `--prune` takes nothing that was made by hand.
    to: {
      ...{ clientId, metadata, disabled, managedBy: before === undefined ? managedBy : before.managedBy },
      ...(signIn !== undefined && { signIn }),
    },
    secret,
  }
}

/** By its name in the file. */
const signInField = ({ signIn }: Pick<Client, 'signIn'>) => (signIn === undefined ? {} : { sign_in: signIn })

const hasSecret = (client: Client | undefined): client is Client =>
  client?.secretHash !== undefined || client?.secretSealed !== undefined

function planSecret(
  before: Client | undefined,
  { metadata, secret }: DesiredClient,
  facts: Facts,
): SecretStep {
  if (!isConfidential(metadata)) return hasSecret(before) ? { step: 'drop' } : { step: 'keep' }
  if (secret === undefined)
    return hasSecret(before) ? { step: 'keep' } : { step: 'store', secret: 'generate' }
  return hasSecret(before) && facts.secretFits(before, secret) ? { step: 'keep' } : { step: 'store', secret }
}

function secretField(before: Client | undefined, step: SecretStep): FieldChange[] {
  if (step.step === 'keep') return []
  if (step.step === 'drop') return [{ field: 'secret', secret: 'removed' }]
  if (step.secret === 'generate') return [{ field: 'secret', secret: 'generated' }]
  return [{ field: 'secret', secret: hasSecret(before) ? 'changed' : 'set' }]
}
