/**
 * A rotation may be a repeat, which moves no number, and notes by whom a number was used. A family is ended in time or
 * not at all. The functions of 0005 and 0009 stay: a node of the version before may still be calling them.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await rotate.execute(db)
  await revokeUntil.execute(db)
}

/** `becomes` = `expected`: a repeat. `about_use` is written behind the time of the use of the number before `becomes`. */
const rotate = sql`
  create function state_rotate(
    of_grant text, expected bigint, becomes bigint, not_after float8, current_life float8, about_use text, keep text,
    token text, token_payload text, token_life float8, event_id uuid, event text
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

    if becomes = expected then
      update state_grants set uses = keep where key = of_grant;
    else
      update state_grants set number = becomes,
        uses = concat_ws(',', (becomes - 1) || ':' || state_ms(at)::bigint || about_use, nullif(keep, '')),
        current_expires_at = least(state_after(at, current_life), family_ends_at)
      where key = of_grant;
    end if;
    if token is not null then
      perform state_put_token(of_grant, token, token_payload, state_after(at, token_life));
    end if;
    perform event_record(event_id, event);
    return 'rotated';
  end $$`

const revokeUntil = sql`
  create function state_revoke_until(of_grant text, not_after float8, event_id uuid, event text)
  returns text language plpgsql as $$
  declare
    found_grant state_grants;
    at timestamptz;
  begin
    select * into found_grant from state_grants where key = of_grant for update;
    at := clock_timestamp();
    if state_ms(at) > not_after then return 'unheard'; end if;
    if found_grant.key is null or found_grant.expires_at <= at then return 'gone'; end if;
    delete from state_grants where key = of_grant;
    insert into state_endings (event_id, event, model, record) values (event_id, event, 'Grant', concat(
      '[', to_json(found_grant.account), ',', to_json(found_grant.client), ',', to_json(found_grant.session), ',',
      found_grant.content, ',', found_grant.code_payload, ']'));
    perform event_record(event_id, event);
    return 'revoked';
  end $$`
