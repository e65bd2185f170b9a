/** Kysely's view of the database, put together from the row types of each room. */
import type { StateTables } from '../adapters/postgres-rows.ts'
import type { AccountTables } from './accounts/rows.ts'
import type { AuditTables } from './audit/rows.ts'
import type { ClientTables } from './clients/rows.ts'
import type { ConsentTables } from './consents/rows.ts'
import type { EventTables } from './events/rows.ts'
import type { FederationTables } from './federation/rows.ts'
import type { KeyTables } from './keys/rows.ts'
import type { MessagingTables } from './messaging/rows.ts'
import type { RiskTables } from './security/risk/rows.ts'
import type { SessionTables } from './sessions/rows.ts'
import type { WorkerTables } from './workers/rows.ts'

export interface Database
  extends AccountTables,
    AuditTables,
    ClientTables,
    ConsentTables,
    EventTables,
    FederationTables,
    KeyTables,
    MessagingTables,
    RiskTables,
    SessionTables,
    StateTables,
    WorkerTables {}
