import type { GrantIndex } from '../contract.ts'
import { GRANT } from '../stored-ending.ts'
import type { Statement } from './statements.ts'

export const CREATE: Statement = {
  name: 'state_create_grant',
  text: `
    insert into state_grants
      (key, account, client, session, device, organization,
        content, code_key, code_payload, code_expires_at, expires_at)
    select $1, $2, $3, $4, $5, $6, $7, $8, $9, until, until
    from (select state_after(clock_timestamp(), $10) as until offset 0) as life`,
}

export const READ: Statement = {
  name: 'state_read_grant',
  text: `
    select g.*, o.device, o.organization
    from state_read_grant($1) g join state_grants o on o.key = $1`,
}

export const READ_TOKEN: Statement = {
  name: 'state_read_token',
  text: `
    select g.*, o.device, o.organization, t.payload as token_payload, state_ms(t.expires_at) as token_expires_at
    from state_tokens t
    cross join lateral state_read_grant(t.grant_key) g
    join state_grants o on o.key = t.grant_key
    where t.grant_key = $1 and t.key = $2 and t.expires_at > clock_timestamp()`,
}

export const REDEEM: Statement = {
  name: 'state_redeem',
  text: 'select state_redeem($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) as outcome',
}

export const ROTATE: Statement = {
  name: 'state_rotate',
  text: `
    select r.outcome, g.*, o.device, o.organization,
      case when r.outcome = 'rotated' and $13::uuid is not null then event_record($13::uuid, $14::text) end
    from state_rotate($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) as r (outcome)
    left join lateral state_read_grant(case r.outcome when 'changed' then $1 end) g on true
    left join state_grants o on o.key = $1`,
}

export const DROP_TOKEN: Statement = {
  name: 'state_drop_token',
  text: `
    with dropped as (
      delete from state_tokens where grant_key = $1 and key = $2 returning expires_at > clock_timestamp() as living
    )
    select event_record($3, $4) from dropped
    where living and exists (select from state_grants where key = $1 and expires_at > clock_timestamp())`,
}

/** `Birth`, of columns that are JSON as text and are not looked into. */
const BIRTH = `concat('[', to_json(account), ',', to_json(client), ',', to_json(session), ',', content, ',', code_payload, ']')`

export const REVOKE: Statement = {
  name: 'state_revoke',
  text: `
    with ended as (
      delete from state_grants where key = $1 returning *, expires_at > clock_timestamp() as living
    ), told as (
      insert into state_endings (event_id, event, model, record)
      select $2, $3, '${GRANT}', ${BIRTH} from ended where living
    )
    select living, case when living then event_record($2, $3) end from ended`,
}

export const REVOKE_UNTIL: Statement = {
  name: 'state_revoke_until',
  text: 'select state_revoke_until($1, $2, $3, $4) as outcome',
}

/** One after the other, in the order of their keys, as all who end several do. */
export const REVOKE_EACH: Statement = {
  name: 'state_revoke_each',
  text: `
    with doomed as materialized (
      select *, expires_at > clock_timestamp() as living
      from state_grants where key = any ($1::text[]) order by key for update
    ), ended as (
      delete from state_grants g using doomed where g.key = doomed.key
    ), told as (
      insert into state_endings (event_id, event, model, record)
      select $2, $3, '${GRANT}', ${BIRTH} from doomed where living
    )
    select count(*) filter (where living)::int as ended,
      case when bool_or(living) then event_record($2, $3) end
    from doomed`,
}

/** That nothing is found under an empty value lets small indexes do for what most grants lack. */
const under = (index: GrantIndex): string => `${index} = $1 and ${index} <> ''`

/** A page names its last key also where all that was on it has gone meanwhile: there may be more behind it. */
const listBy = (index: GrantIndex): Statement => ({
  name: `state_list_${index}`,
  text: `
    select of_index.key, of_index.device, of_index.organization, g.*
    from (
      select key, device, organization from state_grants
      where ${under(index)} and key > $2 and expires_at > clock_timestamp()
      order by key limit 500
    ) as of_index
    left join lateral state_read_grant(of_index.key) g on true
    order by of_index.key`,
})

export const LIST: Record<GrantIndex, Statement> = {
  account: listBy('account'),
  client: listBy('client'),
  session: listBy('session'),
  device: listBy('device'),
  organization: listBy('organization'),
}
