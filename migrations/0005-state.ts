/**
 * Short-lived state for installations without Redis. What has expired is passed over by every query and swept later.
 * JSON is text: nothing here looks into it, and jsonb refuses what JavaScript's strings may hold (U+0000). Keys are
 * hashes: compared byte by byte, since their order only has to be the same everywhere.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [...tables, ...indexes, ...helpers, readGrant, redeem, rotate]) {
    await statement.execute(db)
  }
}

const tables = [
  // A rotation changes no indexed column: with room in the page it touches no index.
  sql`
    create table state_grants (
      key text collate "C" primary key,
      account text not null,
      client text not null,
      session text not null,
      content text not null,
      expires_at timestamptz not null,
      code_key text not null,
      code_payload text not null,
      code_expires_at timestamptz not null,
      code_consumed_at timestamptz,
      family_payload text,
      number bigint,
      uses text,
      current_expires_at timestamptz,
      family_ends_at timestamptz
    ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05)`,
  sql`
    create table state_tokens (
      grant_key text collate "C" not null,
      key text collate "C" not null,
      payload text not null,
      expires_at timestamptz not null,
      primary key (grant_key, key)
    )`,
  sql`
    create table state_artifacts (
      model text not null,
      key text collate "C" not null,
      payload text not null,
      expires_at timestamptz not null,
      consumed_at timestamptz,
      alias text,
      account text,
      primary key (model, key)
    )`,
  sql`
    create table state_aliases (
      model text not null,
      alias text not null,
      key text not null,
      expires_at timestamptz not null,
      primary key (model, alias)
    )`,
  sql`
    create table state_claims (
      model text not null,
      key text collate "C" not null,
      expires_at timestamptz not null,
      primary key (model, key)
    )`,
]

/** Ending all grants of one walks in the order of keys, so that two who do it never wait for each other in a ring. */
const indexes = [
  sql`create index state_grants_of_account on state_grants (account, key)`,
  sql`create index state_grants_of_client on state_grants (client, key)`,
  sql`create index state_grants_of_session on state_grants (session, key)`,
  sql`create index state_artifacts_of_account on state_artifacts (account, model, key)`,
  sql`create index state_grants_expiry on state_grants (expires_at)`,
  sql`create index state_tokens_expiry on state_tokens (expires_at)`,
  sql`create index state_artifacts_expiry on state_artifacts (expires_at)`,
  sql`create index state_aliases_expiry on state_aliases (expires_at)`,
  sql`create index state_claims_expiry on state_claims (expires_at)`,
]

const helpers = [
  sql`
    create function state_ms(at timestamptz) returns float8 language sql stable as $$
      select floor(extract(epoch from at) * 1000)::float8
    $$`,
  sql`
    create function state_after(at timestamptz, life float8) returns timestamptz language sql stable as $$
      select at + life * interval '1 millisecond'
    $$`,
  sql`
    create function state_put_token(of_grant text, token text, content text, until timestamptz)
    returns void language sql as $$
      insert into state_tokens (grant_key, key, payload, expires_at) values (of_grant, token, content, until)
      on conflict (grant_key, key) do update set payload = excluded.payload, expires_at = excluded.expires_at
    $$`,
]

/** A function, because its query must see what is committed now, also when a rotation has waited for another. */
const readGrant = sql`
  create function state_read_grant(of_grant text) returns table (
    read_at float8, account text, client text, session text, content text, expires_at float8,
    code_key text, code_payload text, code_expires_at float8, code_consumed_at float8,
    family_payload text, number float8, uses text, current_expires_at float8, family_ends_at float8
  ) language plpgsql as $$
  declare
    at timestamptz := clock_timestamp();
  begin
    return query select
      state_ms(at), g.account, g.client, g.session, g.content, state_ms(g.expires_at),
      g.code_key, g.code_payload, state_ms(g.code_expires_at), state_ms(g.code_consumed_at),
      g.family_payload, g.number::float8, g.uses, state_ms(g.current_expires_at), state_ms(g.family_ends_at)
    from state_grants g where g.key = of_grant and g.expires_at > at;
  end $$`

/** The row's lock makes one of all who redeem the first; the clock is read once it is held. */
const redeem = sql`
  create function state_redeem(
    of_grant text, presented text, not_after float8, grant_life float8,
    family text, current_life float8, family_life float8,
    token text, token_payload text, token_life float8
  ) returns text language plpgsql as $$
  declare
    found_grant state_grants;
    at timestamptz;
  begin
    select * into found_grant from state_grants where key = of_grant for update;
    at := clock_timestamp();
    if state_ms(at) > not_after then return 'unheard'; end if;
    if found_grant.key is null or found_grant.expires_at <= at or found_grant.code_key <> presented then
      return 'gone';
    end if;
    if found_grant.code_consumed_at is not null then return 'consumed'; end if;

    update state_grants set code_consumed_at = at, expires_at = state_after(at, grant_life) where key = of_grant;
    if family is not null then
      update state_grants set family_payload = family, number = 0, uses = '',
        current_expires_at = state_after(at, current_life), family_ends_at = state_after(at, family_life)
      where key = of_grant;
    end if;
    if token is not null then
      perform state_put_token(of_grant, token, token_payload, state_after(at, token_life));
    end if;
    return 'redeemed';
  end $$`

const rotate = sql`
  create function state_rotate(
    of_grant text, expected bigint, not_after float8, current_life float8, keep text,
    token text, token_payload text, token_life float8
  ) returns text language plpgsql as $$
  declare
    found_grant state_grants;
    at timestamptz;
  begin
    select * into found_grant from state_grants where key = of_grant for update;
    at := clock_timestamp();
    if state_ms(at) > not_after then return 'unheard'; end if;
    if found_grant.key is null or found_grant.expires_at <= at then return 'gone'; end if;
    if found_grant.family_ends_at is null or found_grant.family_ends_at <= at then return 'gone'; end if;
    if found_grant.number <> expected or found_grant.current_expires_at <= at then return 'changed'; end if;

    update state_grants set number = expected + 1,
      uses = concat_ws(',', expected || ':' || state_ms(at)::bigint, nullif(keep, '')),
      current_expires_at = least(state_after(at, current_life), family_ends_at)
    where key = of_grant;
    if token is not null then
      perform state_put_token(of_grant, token, token_payload, state_after(at, token_life));
    end if;
    return 'rotated';
  end $$`
