/** Every migration, oldest first. A name, once released, never changes: databases remember it. */
import type { Migration } from 'kysely/migration'
import * as accounts from './0001-accounts.ts'
import * as clients from './0002-clients.ts'
import * as consents from './0003-consents.ts'
import * as keys from './0004-keys.ts'
import * as state from './0005-state.ts'
import * as counters from './0006-counters.ts'
import * as workers from './0007-workers.ts'
import * as outbox from './0008-outbox.ts'
import * as audit from './0009-audit.ts'
import * as dataKeyRotation from './0010-data-key-rotation.ts'
import * as epochs from './0011-epochs.ts'
import * as endings from './0012-endings.ts'
import * as sessions from './0013-sessions.ts'
import * as rotation from './0015-rotation.ts'
import * as firstParty from './0016-first-party.ts'
import * as builtInClient from './0017-built-in-client.ts'
import * as webhooks from './0018-webhooks.ts'
import * as risk from './0019-risk.ts'
import * as imports from './0020-imports.ts'
import * as registrations from './0021-registrations.ts'
import * as emailChanges from './0022-email-changes.ts'
import * as methods from './0024-methods.ts'
import * as signInPolicy from './0027-sign-in-policy.ts'
import * as connectors from './0028-connectors.ts'

export const migrations: Record<string, Migration> = {
  '0001-accounts': accounts,
  '0002-clients': clients,
  '0003-consents': consents,
  '0004-keys': keys,
  '0005-state': state,
  '0006-counters': counters,
  '0007-workers': workers,
  '0008-outbox': outbox,
  '0009-audit': audit,
  '0010-data-key-rotation': dataKeyRotation,
  '0011-epochs': epochs,
  '0012-endings': endings,
  '0013-sessions': sessions,
  '0015-rotation': rotation,
  '0016-first-party': firstParty,
  '0017-built-in-client': builtInClient,
  '0018-webhooks': webhooks,
  '0019-risk': risk,
  '0020-imports': imports,
  '0021-registrations': registrations,
  '0022-email-changes': emailChanges,
  '0024-methods': methods,
  '0027-sign-in-policy': signInPolicy,
  '0028-connectors': connectors,
}
