import { addApply } from './apply/apply.ts'
import { addAudit } from './audit/audit.ts'
import { addClient } from './client/client.ts'
import type { AddCommand } from './context.ts'
import { addDoctor } from './doctor/doctor.ts'
import { addKeys } from './keys/keys.ts'
import { addMigrate } from './migrate.ts'
import { addServe } from './serve/serve.ts'
import { addSessions } from './sessions/sessions.ts'
import { addUser } from './user/user.ts'

export const COMMANDS: readonly AddCommand[] = [
  addServe,
  addMigrate,
  addApply,
  addUser,
  addClient,
  addSessions,
  addKeys,
  addAudit,
  addDoctor,
]
