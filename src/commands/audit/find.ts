import { normaliseEmail } from '../../accounts/email.ts'
import type { TrailFilter, TrailRepository, TrailRow } from '../../audit/trail-repository.ts'
import type { Core } from '../../core.ts'
import type { CommandContext } from '../context.ts'
import { showTable } from '../show-table.ts'
import { toJson } from './to-json.ts'

export interface FindOptions extends Omit<TrailFilter, 'subject'> {
  user?: string
  limit: number
  json: boolean
}

export async function findEvents(
  trail: Pick<TrailRepository, 'newest'>,
  core: Pick<Core, 'accounts'>,
  { print }: CommandContext,
  { user, limit, json, ...filter }: FindOptions,
): Promise<true> {
  const subject = user === undefined ? undefined : await subjectOf(core, user)
  const rows = await trail.newest({ ...filter, subject }, limit)
  if (!json) print(showTable([HEAD, ...rows.map(cells)]))
  else if (rows.length > 0) print(rows.map((row) => JSON.stringify(toJson(row))).join('\n'))
  return true
}

/** Of a person who is gone only the `sub` is left. */
async function subjectOf({ accounts }: Pick<Core, 'accounts'>, user: string): Promise<string> {
  const key = normaliseEmail(user)?.key
  const account = key === undefined ? undefined : await accounts.users.findByEmailKey(key)
  return account?.sub ?? user
}

const HEAD = ['TIME', 'EVENT', 'PERSON', 'CLIENT', 'ADDRESS', 'REQUEST', 'REASON']

function cells({ time, type, subject, client, requestId, record, personal }: TrailRow): string[] {
  const { reason } = JSON.parse(record) as { reason?: string }
  const who = personal.name ?? subject ?? ''
  return [
    new Date(time).toISOString(),
    type,
    who,
    ...[client, personal.ip, requestId, reason].map((text) => text ?? ''),
  ]
}
