/** Grants in Redis: each call is one trip, and its decisive part one script on one slot. */
import type { Redis } from 'ioredis'
import type {
  Grant,
  GrantIndex,
  GrantOwner,
  GrantStore,
  NewToken,
  Redemption,
  RedemptionOutcome,
  Rotation,
  RotationOutcome,
  StoredEvent,
} from '../contract.ts'
import { allAnswers, answer, lastAnswer } from '../redis-client.ts'
import { formatUses } from '../stored-grant.ts'
import { readGrantReply, readOwner, writeBirth } from './grant-hash.ts'
import { addToIndexes, entriesOf } from './indexes.ts'
import type { Keys } from './keys.ts'
import { type GrantReply, ms, named, told } from './scripts.ts'

/** `bound`: events that nobody has taken, beyond which those of refreshes are counted and dropped. */
export const redisGrants = (redis: Redis, keys: Keys, bound: number): GrantStore => ({
  async create(key, grant) {
    const { code } = grant
    const pipeline = redis.pipeline()
    const life = ms(code.expiresIn)
    addToIndexes(pipeline, indexesOf(keys, grant), key, life)
    pipeline.createGrant(1, keys.grant(key), writeBirth(grant), code.key, life)
    await lastAnswer(pipeline)
  },

  async read(key) {
    const reply = await answer(redis.readGrant(1, keys.grant(key)))
    return reply ? readGrantReply(reply) : undefined
  },

  async readToken(key, tokenKey) {
    const reply = await answer(redis.readToken(2, keys.grant(key), keys.token(key, tokenKey)))
    if (!reply) return undefined
    const [grant, payload, expiresAt] = reply
    const token = { key: tokenKey, payload: JSON.parse(payload), expiresIn: expiresAt - grant[0] }
    return { token, grant: readGrantReply(grant) }
  },

  redeem: (key, redemption) => redeem(redis, keys, key, redemption),

  rotate: (key, rotation) => rotate(redis, keys, bound, key, rotation),

  async addToken(key, token, event) {
    const touched = named(keys.grant(key), keys.events, keys.eventsDropped, keys.token(key, token.key))
    return (await answer(redis.addToken(...touched, ...told(event), bound, ...written(token)))) === 1
  },

  async dropToken(key, tokenKey, event) {
    await answer(
      redis.dropToken(...named(keys.grant(key), keys.events, keys.token(key, tokenKey)), ...told(event)),
    )
  },

  async revoke(key, event) {
    const touched = named(keys.grant(key), keys.events, keys.endings)
    const birth = await answer(redis.revokeGrant(...touched, ...told(event), 0))
    if (birth === null) return false
    await forget(redis, keys, [{ key, owner: readOwner(birth) }])
    return true
  },

  list: (index, value) => list(redis, keys, keys.grantsOf(index, value)),

  revokeAll: (index, value, event, { spareFamilies = false } = {}) =>
    revokeAll(redis, keys, keys.grantsOf(index, value), event, spareFamilies),
})

async function redeem(
  redis: Redis,
  keys: Keys,
  key: string,
  redemption: Redemption,
): Promise<RedemptionOutcome> {
  const { codeKey, notAfter, grantExpiresIn, family, token, event } = redemption
  const pipeline = redis.pipeline()
  addToIndexes(pipeline, indexesOf(keys, redemption), key, grantExpiresIn)
  pipeline.redeemCode(
    ...named(keys.grant(key), keys.events, ...tokenKeys(keys, key, token)),
    ...told(event),
    codeKey,
    notAfter,
    ms(grantExpiresIn),
    family ? JSON.stringify(family.payload) : '',
    ms(family?.currentExpiresIn ?? 0),
    ms(family?.endsIn ?? 0),
    ...written(token),
  )
  return (await lastAnswer(pipeline)) as RedemptionOutcome
}

async function rotate(
  redis: Redis,
  keys: Keys,
  bound: number,
  key: string,
  rotation: Rotation,
): Promise<RotationOutcome> {
  const { expected, notAfter, currentExpiresIn, keep, token, event } = rotation
  const [status, grant] = await answer(
    redis.rotateFamily(
      ...named(keys.grant(key), keys.events, keys.eventsDropped, ...tokenKeys(keys, key, token)),
      ...told(event),
      bound,
      expected,
      notAfter,
      ms(currentExpiresIn),
      formatUses(keep),
      ...written(token),
    ),
  )
  return status === 'changed' ? { status, grant: readGrantReply(grant) } : { status }
}

async function* list(redis: Redis, keys: Keys, index: string): AsyncGenerator<Grant[]> {
  for await (const entries of entriesOf(redis, index)) {
    const pipeline = redis.pipeline()
    for (const key of entries) pipeline.readGrant(1, keys.grant(key))
    const replies = (await allAnswers(pipeline)) as (GrantReply | null)[]
    yield replies.filter((reply) => reply !== null).map(readGrantReply)
  }
}

async function revokeAll(
  redis: Redis,
  keys: Keys,
  index: string,
  event: StoredEvent,
  spareFamilies: boolean,
): Promise<number> {
  let ended = 0
  for await (const entries of entriesOf(redis, index)) {
    const pipeline = redis.pipeline()
    for (const key of entries) {
      const touched = named(keys.grant(key), keys.events, keys.endings)
      pipeline.revokeGrant(...touched, ...told(event), spareFamilies ? 1 : 0)
    }
    const births = (await allAnswers(pipeline)) as (string | null)[]
    const revoked = entries.flatMap((key, position) => {
      const birth = births[position]
      return typeof birth === 'string' ? [{ key, owner: readOwner(birth) }] : []
    })
    await forget(redis, keys, revoked)
    ended += revoked.length
  }
  return ended
}

/** Housekeeping once the grants have gone for good; were it lost, the entries would go with their time. */
async function forget(redis: Redis, keys: Keys, grants: { key: string; owner: GrantOwner }[]): Promise<void> {
  const pipeline = redis.pipeline()
  for (const { key, owner } of grants) {
    for (const index of indexesOf(keys, owner)) pipeline.zrem(index, key)
  }
  await pipeline.exec()
}

const INDEXES: GrantIndex[] = ['account', 'client', 'session']

const indexesOf = (keys: Keys, owner: GrantOwner): string[] =>
  INDEXES.filter((name) => owner[name] !== '').map((name) => keys.grantsOf(name, owner[name]))

const tokenKeys = (keys: Keys, key: string, token: NewToken | undefined): string[] =>
  token ? [keys.token(key, token.key)] : []

const written = (token: NewToken | undefined): (string | number)[] =>
  token ? [JSON.stringify(token.payload), ms(token.expiresIn)] : []
