import { type Kysely, sql } from 'kysely'
import type { AuditEvent } from '../audit/event.ts'
import { recorded } from '../audit/inbox-repository.ts'
import type { Database } from '../schema.ts'
import { readSignInSettings } from '../security/sign-in-policy/policy.ts'
import type { Client, KnownClient, ResourceServer } from './client.ts'
import type { ClientMetadata } from './client-metadata.ts'

export interface ClientsRepository {
  find(clientId: string): Promise<KnownClient | undefined>
  list(): Promise<KnownClient[]>
  /** False when the name is taken. */
  add(client: Client, event: AuditEvent): Promise<boolean>
  /** Adds or replaces. */
  save(client: Client, event: AuditEvent): Promise<void>
  /** False, and nothing recorded, when there is no such client; so in the next. */
  setDisabled(clientId: string, disabled: boolean, event: AuditEvent): Promise<boolean>
  remove(clientId: string, event: AuditEvent): Promise<boolean>
  /** The same secret, hashed anew. False when it is another by now. */
  renewHash(clientId: string, from: string, to: string): Promise<boolean>
  /** Sealed secrets that begin otherwise than the given bytes, in the order of their clients. */
  sealedOtherwise(head: Buffer, after: string, limit: number): Promise<{ row: string; sealed: Buffer }[]>
  /** The same secret, sealed anew. False when it is another by now. */
  reseal(clientId: string, from: Buffer, to: Buffer): Promise<boolean>
}

export function createClientsRepository(db: Kysely<Database>): ClientsRepository {
  const all = () => db.selectFrom('clients').selectAll()
  return {
    find: async (clientId) => {
      if (isImpossible(clientId)) return undefined
      const row = await all().where('client_id', '=', clientId).executeTakeFirst()
      return row === undefined ? undefined : toClient(row)
    },
    list: async () => (await all().orderBy('client_id').execute()).map(toClient),
    add: (client, event) =>
      recorded(db, event, async (tx) => {
        const result = await tx
          .insertInto('clients')
          .values({ client_id: client.clientId, ...toColumns(client) })
          .onConflict((c) => c.doNothing())
          .executeTakeFirst()
        return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
      }),
    save: async (client, event) => {
      const values = toColumns(client)
      await recorded(db, event, async (tx) => {
        await tx
          .insertInto('clients')
          .values({ client_id: client.clientId, ...values })
          .onConflict((c) => c.column('client_id').doUpdateSet({ ...values, updated_at: sql`now()` }))
          .execute()
        return true
      })
    },
    setDisabled: (clientId, disabled, event) =>
      recorded(db, event, async (tx) => {
        const result = await tx
          .updateTable('clients')
          .set({ disabled_at: disabled ? sql<Date>`now()` : null, updated_at: sql`now()` })
          .where('client_id', '=', clientId)
          .executeTakeFirst()
        return result.numUpdatedRows > 0n
      }),
    remove: (clientId, event) =>
      recorded(db, event, async (tx) => {
        const result = await tx.deleteFrom('clients').where('client_id', '=', clientId).executeTakeFirst()
        return result.numDeletedRows > 0n
      }),
    renewHash: async (clientId, from, to) => {
      const result = await db
        .updateTable('clients')
        .set({ secret_hash: to })
        .where('client_id', '=', clientId)
        .where('secret_hash', '=', from)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },
    sealedOtherwise: (head, after, limit) =>
      db
        .selectFrom('clients')
        .select(['client_id as row', 'secret_sealed as sealed'])
        .where(sql<boolean>`substring(secret_sealed from 1 for ${head.length}) <> ${head}`)
        .where('client_id', '>', after)
        .orderBy('client_id')
        .limit(limit)
        .$narrowType<{ sealed: Buffer }>()
        .execute(),
    reseal: async (clientId, from, to) => {
      const result = await db
        .updateTable('clients')
        .set({ secret_sealed: to })
        .where('client_id', '=', clientId)
        .where('secret_sealed', '=', from)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },
  }
}

/** PostgreSQL's text holds every character but this one: to ask for it is an error there, here it is nobody's name. */
const isImpossible = (name: string): boolean => name.includes('\0')

const toColumns = (client: Client) => ({
  metadata: JSON.stringify(client.metadata),
  secret_hash: client.secretHash ?? null,
  secret_sealed: client.secretSealed ?? null,
  disabled_at: client.disabled ? sql<Date>`now()` : null,
  sign_in: client.signIn === undefined ? null : JSON.stringify(client.signIn),
  managed_by: client.managedBy ?? null,
})

function toClient(row: {
  client_id: string
  metadata: Record<string, unknown>
  secret_hash: string | null
  secret_sealed: Buffer | null
  disabled_at: Date | null
  sign_in: Record<string, unknown> | null
  managed_by: string | null
  epoch: number
}): KnownClient {
  return {
    clientId: row.client_id,
    metadata: row.metadata as ClientMetadata,
    secretHash: row.secret_hash ?? undefined,
    secretSealed: row.secret_sealed ?? undefined,
    disabled: row.disabled_at !== null,
    ...(row.sign_in !== null && { signIn: readSignInSettings(row.sign_in) }),
    epoch: row.epoch,
    managedBy: row.managed_by ?? undefined,
  }
}

export interface ResourceServersRepository {
  find(identifier: string): Promise<ResourceServer | undefined>
  list(): Promise<ResourceServer[]>
  save(server: ResourceServer, event: AuditEvent): Promise<void>
  remove(identifier: string, event: AuditEvent): Promise<boolean>
}

export function createResourceServersRepository(db: Kysely<Database>): ResourceServersRepository {
  const all = () => db.selectFrom('resource_servers').selectAll()
  return {
    find: async (identifier) => {
      if (isImpossible(identifier)) return undefined
      const row = await all().where('identifier', '=', identifier).executeTakeFirst()
      return row === undefined ? undefined : toResourceServer(row)
    },
    list: async () => (await all().orderBy('identifier').execute()).map(toResourceServer),
    save: async (server, event) => {
      const values = {
        scopes: JSON.stringify(server.scopes),
        access_token_format: server.accessTokenFormat,
        signing_alg: server.signingAlg,
        access_token_ttl: server.accessTokenTtl ?? null,
        introspection_client: server.introspectionClient ?? null,
        managed_by: server.managedBy ?? null,
      }
      await recorded(db, event, async (tx) => {
        await tx
          .insertInto('resource_servers')
          .values({ identifier: server.identifier, ...values })
          .onConflict((c) => c.column('identifier').doUpdateSet({ ...values, updated_at: sql`now()` }))
          .execute()
        return true
      })
    },
    remove: (identifier, event) =>
      recorded(db, event, async (tx) => {
        const result = await tx
          .deleteFrom('resource_servers')
          .where('identifier', '=', identifier)
          .executeTakeFirst()
        return result.numDeletedRows > 0n
      }),
  }
}

function toResourceServer(row: {
  identifier: string
  scopes: string[]
  access_token_format: 'jwt' | 'opaque'
  signing_alg: string
  access_token_ttl: number | null
  introspection_client: string | null
  managed_by: string | null
}): ResourceServer {
  return {
    identifier: row.identifier,
    scopes: row.scopes,
    accessTokenFormat: row.access_token_format,
    signingAlg: row.signing_alg,
    accessTokenTtl: row.access_token_ttl ?? undefined,
    introspectionClient: row.introspection_client ?? undefined,
    managedBy: row.managed_by ?? undefined,
  }
}
