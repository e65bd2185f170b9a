/** Into a grant's record where it lies, past every script: as only somebody who may write to Redis can. */
import type { Redis } from 'ioredis'
import { type GrantLines, linesOf } from '../../adapters/redis/grant-record.ts'
import { shorten } from '../../adapters/redis/phrases.ts'

/** `change` gives the lines that are others now; JSON is whole here. */
export async function editGrant(
  redis: Redis,
  key: string,
  change: (lines: GrantLines) => Partial<GrantLines>,
): Promise<void> {
  const lines = linesOf((await redis.get(key)) ?? '')
  const { state, code, family, birth } = { ...lines, ...change(lines) }
  await redis.set(key, [state, code, shorten(family), shorten(birth)].join('\n'), 'KEEPTTL')
}
