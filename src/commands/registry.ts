import type { AddCommand } from './context.ts'

/**
 * Each command by its name. Only the one that was asked for is loaded: most of what a small command costs is reading
 * modules.
 */
export const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  serve: async () => (await import('./serve/serve.ts')).addServe,
  migrate: async () => (await import('./migrate.ts')).addMigrate,
  apply: async () => (await import('./apply/apply.ts')).addApply,
  import: async () => (await import('./import/import.ts')).addImport,
  user: async () => (await import('./user/user.ts')).addUser,
  client: async () => (await import('./client/client.ts')).addClient,
  sessions: async () => (await import('./sessions/sessions.ts')).addSessions,
  webhook: async () => (await import('./webhook/webhook.ts')).addWebhook,
  keys: async () => (await import('./keys/keys.ts')).addKeys,
  risk: async () => (await import('./risk/risk.ts')).addRisk,
  audit: async () => (await import('./audit/audit.ts')).addAudit,
  doctor: async () => (await import('./doctor/doctor.ts')).addDoctor,
}
