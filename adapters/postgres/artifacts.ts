/** Artifacts in PostgreSQL: a row each, and one for an alias, which leads to the record that named it last. */
import type { Artifact, ArtifactStore, NewArtifact } from '../contract.ts'
import { type Ask, type Statement, told } from './statements.ts'

export const postgresArtifacts = (ask: Ask): ArtifactStore => ({
  async put(model, key, artifact, event) {
    await ask(PUT, [...written(model, key, artifact), ...told(event)])
  },

  async create(model, key, { payload, expiresIn }) {
    return (await ask(CREATE, [model, key, JSON.stringify(payload), expiresIn])).rowCount === 1
  },

  async replace(model, key, artifact, former) {
    const expected = former === undefined ? null : JSON.stringify(former)
    const { rows } = await ask<{ outcome: 'replaced' | 'changed' | 'gone' }>(REPLACE, [
      ...written(model, key, artifact),
      expected,
    ])
    return rows[0]?.outcome ?? 'gone'
  },

  get: (model, key) => read(ask, GET, model, key),

  getByAlias: (model, alias) => read(ask, GET_BY_ALIAS, model, alias),

  async consume(model, key) {
    return (await ask(CONSUME, [model, key])).rowCount === 1
  },

  async destroy(model, key, event) {
    await ask(DESTROY, [model, key, ...told(event)])
  },

  async destroyByAlias(model, aliases, event) {
    if (aliases.length === 0) return 0
    const { rows } = await ask<{ destroyed: number }>(DESTROY_BY_ALIAS, [model, aliases, ...told(event)])
    return rows[0]?.destroyed ?? 0
  },

  // Nothing claimed is ever forgotten here, whenever it was made.
  async claim(model, key, expiresIn) {
    return (await ask(CLAIM, [model, key, expiresIn])).rowCount === 1 ? 'first' : 'again'
  },

  async destroyAllOf(model, account, event) {
    const { rows } = await ask<{ destroyed: number }>(DESTROY_ALL, [model, account, ...told(event)])
    return rows[0]?.destroyed ?? 0
  },
})

const written = (
  model: string,
  key: string,
  { payload, expiresIn, alias, account }: NewArtifact,
): unknown[] => [model, key, JSON.stringify(payload), expiresIn, alias || null, account || null]

interface ArtifactColumns {
  read_at: number
  payload: string
  expires_at: number
  consumed_at: number | null
}

async function read(
  ask: Ask,
  statement: Statement,
  model: string,
  name: string,
): Promise<Artifact | undefined> {
  const [row] = (await ask<ArtifactColumns>(statement, [model, name])).rows
  if (row === undefined) return undefined
  return {
    payload: JSON.parse(row.payload),
    expiresIn: row.expires_at - row.read_at,
    ...(row.consumed_at !== null && { consumedFor: Math.max(0, row.read_at - row.consumed_at) }),
  }
}

const LIVING = 'expires_at > clock_timestamp()'

/** A mark of consumption outlives a replacement, but not the record's own life. */
const PUT: Statement = {
  name: 'state_put_artifact',
  text: `
    with named as (
      insert into state_aliases (model, alias, key, expires_at)
      select $1, $5, $2, state_after(clock_timestamp(), $4) where $5::text is not null
      on conflict (model, alias) do update set key = excluded.key, expires_at = excluded.expires_at
    )
    insert into state_artifacts as former (model, key, payload, expires_at, alias, account)
    values ($1, $2, $3, state_after(clock_timestamp(), $4), $5, $6)
    on conflict (model, key) do update set
      payload = excluded.payload, expires_at = excluded.expires_at, alias = excluded.alias,
      account = excluded.account,
      consumed_at = case when former.expires_at > clock_timestamp() then former.consumed_at end
    returning event_record($7, $8)`,
}

const CREATE: Statement = {
  name: 'state_create_artifact',
  text: `
    insert into state_artifacts as former (model, key, payload, expires_at)
    values ($1, $2, $3, state_after(clock_timestamp(), $4))
    on conflict (model, key) do update set
      payload = excluded.payload, expires_at = excluded.expires_at, alias = null, account = null, consumed_at = null
    where former.expires_at <= clock_timestamp()`,
}

const REPLACE: Statement = {
  name: 'state_replace_artifact',
  text: `
    with named as (
      update state_aliases set expires_at = greatest(expires_at, state_after(clock_timestamp(), $4))
      where model = $1 and alias = $5 and key = $2
    ), replaced as (
      update state_artifacts
      set payload = $3, expires_at = state_after(clock_timestamp(), $4), account = $6
      where model = $1 and key = $2 and ${LIVING} and ($7::text is null or payload = $7)
      returning 1
    )
    select case
      when exists (select from replaced) then 'replaced'
      when exists (select from state_artifacts where model = $1 and key = $2 and ${LIVING}) then 'changed'
      else 'gone'
    end as outcome`,
}

const READ_COLUMNS = `state_ms(clock_timestamp()) as read_at, a.payload, state_ms(a.expires_at) as expires_at,
  state_ms(a.consumed_at) as consumed_at`

const GET: Statement = {
  name: 'state_get_artifact',
  text: `
    select ${READ_COLUMNS} from state_artifacts a
    where a.model = $1 and a.key = $2 and a.expires_at > clock_timestamp()`,
}

const GET_BY_ALIAS: Statement = {
  name: 'state_get_artifact_by_alias',
  text: `
    select ${READ_COLUMNS} from state_aliases n
    join state_artifacts a on a.model = n.model and a.key = n.key and a.alias = n.alias
    where n.model = $1 and n.alias = $2 and n.expires_at > clock_timestamp() and a.expires_at > clock_timestamp()`,
}

const CONSUME: Statement = {
  name: 'state_consume_artifact',
  text: `
    update state_artifacts set consumed_at = clock_timestamp()
    where model = $1 and key = $2 and consumed_at is null and ${LIVING}`,
}

/** Of what was destroyed for a reason. */
const ENDED = `ended as (
      insert into state_endings (event_id, event, model, record)
      select $3, $4, $1, payload from destroyed where living and $3::uuid is not null
    )`

const DESTROY: Statement = {
  name: 'state_destroy_artifact',
  text: `
    with destroyed as (
      delete from state_artifacts where model = $1 and key = $2 returning payload, ${LIVING} as living
    ), ${ENDED}
    select case when bool_or(living) then event_record($3, $4) end from destroyed`,
}

/** In the order of keys, so that two who do this never wait for each other in a ring; so in the next. */
const DESTROY_BY_ALIAS: Statement = {
  name: 'state_destroy_artifact_by_alias',
  text: `
    with doomed as materialized (
      select a.key from state_aliases n
      join state_artifacts a on a.model = n.model and a.key = n.key and a.alias = n.alias
      where n.model = $1 and n.alias = any ($2::text[]) and n.expires_at > clock_timestamp()
      order by a.key for update of a
    ), destroyed as (
      delete from state_artifacts a using doomed
      where a.model = $1 and a.key = doomed.key
      returning a.payload, a.expires_at > clock_timestamp() as living
    ), ${ENDED}
    select count(*) filter (where living)::int as destroyed,
      case when bool_or(living) then event_record($3, $4) end
    from destroyed`,
}

const DESTROY_ALL: Statement = {
  name: 'state_destroy_artifacts_of_account',
  text: `
    with doomed as materialized (
      select key from state_artifacts where model = $1 and account = $2 order by key for update
    ), destroyed as (
      delete from state_artifacts a using doomed
      where a.model = $1 and a.key = doomed.key
      returning a.payload, a.expires_at > clock_timestamp() as living
    ), ${ENDED}
    select count(*) filter (where living)::int as destroyed,
      case when bool_or(living) then event_record($3, $4) end
    from destroyed`,
}

/** The entry of one who claimed before gives way once it has expired. */
const CLAIM: Statement = {
  name: 'state_claim',
  text: `
    insert into state_claims as former (model, key, expires_at)
    values ($1, $2, state_after(clock_timestamp(), $3))
    on conflict (model, key) do update set expires_at = excluded.expires_at
    where former.expires_at <= clock_timestamp()`,
}
