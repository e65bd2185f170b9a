import type { Core } from '../../core.ts'
import { type JudgedDataKey, judgeDataKeys } from '../../keys/data-key-states.ts'
import { unlistedCopies } from '../../keys/rotate-data-key.ts'
import type { CommandContext } from '../context.ts'
import { showTable } from '../show-table.ts'

export async function listKeys(
  { dataKeys: { repository, masters, lives }, signingKeys }: Core,
  { print, say }: CommandContext,
  json: boolean,
): Promise<void> {
  const keys = judgeDataKeys(await repository.read(), lives)
  const signing = await signingKeys.list()
  if (json) {
    print(
      JSON.stringify(
        {
          data_keys: keys.map((key) => record(key, masters.ids)),
          signing_keys: signing.map(({ created_at, ...key }) => ({
            ...key,
            created_at: created_at.toISOString(),
          })),
        },
        null,
        2,
      ),
    )
    return
  }
  print(showTable([DATA_HEAD, ...keys.map((key) => row(key))]))
  print('')
  print(
    showTable([
      SIGNING_HEAD,
      ...signing.map((key) => [key.kid, key.alg, key.state, minute(key.created_at.getTime())]),
    ]),
  )
  const unlisted = unlistedCopies(keys, masters.ids)
  if (unlisted > 0)
    say(`${unlisted} copies are under master keys that MASTER_KEY does not list: gatehouse keys rewrap.`)
}

const DATA_HEAD = ['PURPOSE', 'NUMBER', 'STATE', 'MADE', 'USED FROM', 'NEEDED UNTIL', 'COPIES']
const SIGNING_HEAD = ['SIGNING KEY', 'ALGORITHM', 'STATE', 'MADE']

const minute = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ')

const row = (key: JudgedDataKey): string[] => [
  key.purpose,
  String(key.number),
  key.state,
  minute(key.createdAt),
  minute(key.usableFrom),
  key.neededUntil === undefined ? '' : minute(key.neededUntil),
  String(key.wraps.length),
]

const iso = (time: number | undefined): string | null =>
  time === undefined ? null : new Date(time).toISOString()

const record = (key: JudgedDataKey, listed: readonly string[]) => ({
  purpose: key.purpose,
  number: key.number,
  state: key.state,
  created_at: iso(key.createdAt),
  usable_from: iso(key.usableFrom),
  needed_until: iso(key.neededUntil),
  ended_at: iso(key.endedAt),
  copies: key.wraps.length,
  copies_unlisted: unlistedCopies([key], listed),
})
