/**
 * `npm run bench`: Gatehouse beside bare `oidc-provider` with its in-memory adapter, in one run on one machine. Machines
 * are noisy, so what counts is the ratio within a run: server CPU time per request, read from the kernel.
 */
import { openHouseOn } from '../test/support/house.ts'
import { startPostgres, startRedis } from '../test/support/services.ts'
import { manyFamilies } from './families.ts'
import { firstPaints } from './first-paint.ts'
import { revocations } from './revocation.ts'
import { riskOf } from './risk.ts'
import { print, SET_UP } from './set-up.ts'
import { signIns } from './sign-ins.ts'
import { startsAndMemory } from './starts.ts'
import { tokenRequests } from './token-requests.ts'
import { webhooks } from './webhooks.ts'

const postgres = await startPostgres()
const redis = await startRedis()
try {
  const servers = { databaseUrl: postgres.url, redisUrl: redis.url }
  const house = await openHouseOn(servers, { setUp: SET_UP, nodes: 2 })
  try {
    await tokenRequests(house, redis.url)
    for (const line of await revocations(house)) print(line)
  } finally {
    await house.stop()
  }
  await webhooks(postgres.url, `${redis.url}/4`)
  await manyFamilies(postgres.url, `${redis.url}/3`)
  await riskOf(postgres.url, `${redis.url}/4`)
  await signIns(postgres.url, `${redis.url}/1`)
  await firstPaints(postgres.url, `${redis.url}/5`)
  await startsAndMemory(postgres.url, `${redis.url}/2`)
} finally {
  await redis.stop()
  await postgres.stop()
}
