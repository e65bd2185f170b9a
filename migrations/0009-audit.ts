/**
 * The audit trail. Whatever changes the database writes its event to `event_inbox` in its own transaction; a worker
 * links them into `audit_events`, so that writers never wait for one another. Two chains: refreshes are many and kept
 * for a month, all else for a year; apart, each can be dropped from its beginning without a hole in the other.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [...tables, ...indexes, ...guards, ...partitions, ...state]) {
    await statement.execute(db)
  }
}

const tables = [
  // JSON is text, as in the tables of state.
  sql`
    create table event_inbox (
      id uuid primary key,
      event text not null,
      received_at timestamptz not null default now()
    ) with (autovacuum_vacuum_scale_factor = 0.05)`,
  // One row a chain; its lock is the right to link.
  sql`
    create table audit_chains (
      chain text primary key,
      sequence bigint not null default 0,
      hash bytea not null default decode(repeat('00', 32), 'hex'),
      recorded_at timestamptz not null default 'epoch',
      first_sequence bigint not null default 1,
      first_previous bytea not null default decode(repeat('00', 32), 'hex')
    )`,
  sql`insert into audit_chains (chain) values ('main'), ('refreshes')`,
  // By when a row was chained, not by when it happened: so a partition is a stretch of its chain.
  sql`
    create table audit_events (
      chain text not null,
      sequence bigint not null,
      recorded_at timestamptz not null,
      id uuid not null,
      type text not null,
      time timestamptz not null,
      subject text,
      client text,
      session text,
      request_id text,
      record text not null,
      hash bytea not null,
      primary key (chain, recorded_at, sequence)
    ) partition by list (chain)`,
  sql`
    create table audit_personal (
      chain text not null,
      recorded_at timestamptz not null,
      event_id uuid not null,
      ip text,
      user_agent text,
      name text,
      primary key (chain, recorded_at, event_id)
    ) partition by list (chain)`,
  ...['events', 'personal'].flatMap((what) =>
    ['main', 'refreshes'].map(
      (chain) => sql`
        create table ${sql.raw(`audit_${what}_${chain}`)} partition of ${sql.raw(`audit_${what}`)}
        for values in (${sql.lit(chain)}) partition by range (recorded_at)`,
    ),
  ),
]

const indexes = [
  sql`create index audit_events_in_order on audit_events (chain, sequence)`,
  sql`create index audit_events_by_id on audit_events (id)`,
  sql`create index audit_events_by_subject on audit_events (subject, time)`,
  sql`create index audit_events_by_session on audit_events (session)`,
  sql`create index audit_events_by_request on audit_events (request_id)`,
  sql`create index audit_personal_by_event on audit_personal (event_id)`,
]

/** For the owner of the table too; a role of less right lacks the privilege besides (docs/audit.md). */
const guards = [
  sql`
    create function audit_refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception 'the audit trail is only ever added to' using errcode = 'insufficient_privilege';
    end $$`,
  sql`
    create trigger audit_events_stay before update or delete on audit_events
    for each row execute function audit_refuse_change()`,
]

/**
 * Partitions are made and dropped by functions with their owner's right, which take no time from their caller: a role
 * that may do nothing else to the table can't drop what is younger than its time.
 */
const partitions = [
  // Months, and for refreshes weeks, in UTC.
  sql`
    create function audit_partition_start(of_chain text, at timestamptz) returns timestamptz
    language sql immutable as $$
      select date_trunc(case of_chain when 'main' then 'month' else 'week' end, at at time zone 'utc')
        at time zone 'utc'
    $$`,
  sql`
    create function audit_partition_end(of_chain text, start timestamptz) returns timestamptz
    language sql immutable as $$
      select (start at time zone 'utc'
        + case of_chain when 'main' then interval '1 month' else interval '7 days' end) at time zone 'utc'
    $$`,
  sql`
    create function audit_make_partition(of_chain text, at timestamptz) returns void
    language plpgsql security definer set search_path from current as $$
    declare
      start timestamptz := audit_partition_start(of_chain, at);
      suffix text := of_chain || '_' || to_char(start at time zone 'utc', 'YYYYMMDD');
      what text;
    begin
      if to_regclass('audit_events_' || suffix) is not null then return; end if;
      foreach what in array array['events', 'personal'] loop
        execute format(
          'create table %I partition of %I for values from (%L) to (%L)',
          'audit_' || what || '_' || suffix, 'audit_' || what || '_' || of_chain,
          start, audit_partition_end(of_chain, start));
      end loop;
      execute format(
        'create trigger audit_events_stay_whole before truncate on %I
        for each statement execute function audit_refuse_change()', 'audit_events_' || suffix);
    end $$`,
  // What it dropped of each chain, and the hash where what is kept goes on.
  sql`
    create function audit_drop_old() returns table (of_chain text, first bigint, last bigint, last_hash bytea)
    language plpgsql security definer set search_path from current as $$
    declare
      part record;
      ended record;
    begin
      for part in
        select c.chain, c.first_sequence, p.relname::text as name,
          replace(p.relname::text, 'audit_events_', 'audit_personal_') as beside
        from audit_chains c
        join pg_inherits i on i.inhparent = ('audit_events_' || c.chain)::regclass
        join pg_class p on p.oid = i.inhrelid
        where audit_partition_end(c.chain, to_date(right(p.relname::text, 8), 'YYYYMMDD')::timestamp
            at time zone 'utc')
          <= clock_timestamp() - case c.chain when 'main' then interval '1 year' else interval '30 days' end
        order by c.chain, p.relname
        for update of c
      loop
        execute format('select max(sequence) as sequence from %I', part.name) into ended;
        if ended.sequence is not null then
          of_chain := part.chain;
          execute format('select min(sequence), max(sequence) from %I', part.name) into first, last;
          execute format('select hash from %I where sequence = $1', part.name) into last_hash using last;
          update audit_chains c set first_sequence = last + 1, first_previous = last_hash
          where c.chain = part.chain;
          return next;
        end if;
        execute format('drop table %I', part.name);
        execute format('drop table %I', part.beside);
      end loop;
    end $$`,
]

/**
 * Short-lived state that is kept here records its events in the same statement. The functions beneath stay as they were:
 * a node of the version before may still be calling them.
 */
const state = [
  sql`
    create function event_record(event_id uuid, event text) returns void language sql as $$
      insert into event_inbox (id, event) select event_id, event where event_id is not null
      on conflict (id) do nothing
    $$`,
  sql`
    create function state_redeem(
      of_grant text, presented text, not_after float8, grant_life float8,
      family text, current_life float8, family_life float8,
      token text, token_payload text, token_life float8, event_id uuid, event text
    ) returns text language plpgsql as $$
    declare
      outcome text := state_redeem(of_grant, presented, not_after, grant_life, family, current_life, family_life,
        token, token_payload, token_life);
    begin
      if outcome = 'redeemed' then perform event_record(event_id, event); end if;
      return outcome;
    end $$`,
  sql`
    create function state_rotate(
      of_grant text, expected bigint, not_after float8, current_life float8, keep text,
      token text, token_payload text, token_life float8, event_id uuid, event text
    ) returns text language plpgsql as $$
    declare
      outcome text := state_rotate(of_grant, expected, not_after, current_life, keep,
        token, token_payload, token_life);
    begin
      if outcome = 'rotated' then perform event_record(event_id, event); end if;
      return outcome;
    end $$`,
]
