/** Grants in Redis: each call is one trip, and its decisive part one script on one slot. */
import type { Redis } from 'ioredis'
import type {
  Grant,
  GrantIndex,
  GrantOwner,
  GrantStore,
  ListedGrant,
  NewToken,
  Redemption,
  RedemptionOutcome,
  RevocationOutcome,
  Rotation,
  RotationOutcome,
  StoredEvent,
} from '../contract.ts'
import { allAnswers, answer, lastAnswer } from '../redis-client.ts'
import { aboutUse, formatUses } from '../stored-grant.ts'
import { readGrantReply, readOwner, writeBirth, writeFamily } from './grant-record.ts'
import { addToIndexes, entriesOf, removeFromIndexes } from './indexes.ts'
import type { Index, Keys } from './keys.ts'
import type { KnownRun } from './run.ts'
import { type GrantReply, ms, named, told } from './scripts.ts'

/** `bound`: events that nobody has taken, beyond which those of refreshes are counted and dropped. */
export const redisGrants = (redis: Redis, keys: Keys, run: KnownRun, bound: number): GrantStore => ({
  async create(key, grant) {
    const { code } = grant
    const pipeline = redis.pipeline()
    const life = ms(code.expiresIn)
    addToIndexes(pipeline, indexesOf(keys, grant), key, life)
    pipeline.createGrant(...named(keys.grant(key), keys.run), writeBirth(grant), code.key, life)
    await lastAnswer(pipeline)
  },

  async read(key) {
    const reply = await answer(redis.readGrant(...named(keys.grant(key), keys.run)))
    return reply ? noted(run, readGrantReply(reply)) : undefined
  },

  async readToken(key, tokenKey) {
    const touched = named(keys.grant(key), keys.token(key, tokenKey), keys.run)
    const reply = await answer(redis.readToken(...touched))
    if (!reply) return undefined
    const [grant, payload, expiresAt] = reply
    const token = { key: tokenKey, payload: JSON.parse(payload), expiresIn: expiresAt - grant[0] }
    return { token, grant: noted(run, readGrantReply(grant)) }
  },

  redeem: (key, redemption) => redeem(redis, keys, key, redemption),

  rotate: (key, rotation) => rotate(redis, keys, run, bound, key, rotation),

  async dropToken(key, tokenKey, event) {
    await answer(
      redis.dropToken(...named(keys.grant(key), keys.events, keys.token(key, tokenKey)), ...told(event)),
    )
  },

  async revoke(key, event) {
    return (await revoke(redis, keys, key, event, '')) === 'revoked'
  },

  revokeUntil: (key, event, notAfter) => revoke(redis, keys, key, event, notAfter),

  revokeEach: (grants, event) => revokeEach(redis, keys, grants, event),

  list: (index, value) => list(redis, keys, keys.grantsOf(index, value)),
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
    ...named(keys.grant(key), keys.events, keys.run, ...tokenKeys(keys, key, token)),
    ...told(event),
    codeKey,
    notAfter,
    ms(grantExpiresIn),
    family ? writeFamily(family.payload) : '',
    ms(family?.currentExpiresIn ?? 0),
    ms(family?.endsIn ?? 0),
    ...written(token),
  )
  return (await lastAnswer(pipeline)) as RedemptionOutcome
}

async function revoke(
  redis: Redis,
  keys: Keys,
  key: string,
  event: StoredEvent,
  notAfter: number | '',
): Promise<RevocationOutcome> {
  const touched = named(keys.grant(key), keys.events, keys.endings)
  const birth = await answer(redis.revokeGrant(...touched, ...told(event), notAfter))
  if (birth === null) return 'gone'
  if (birth === '') return 'unheard'
  await forget(redis, keys, [{ key, owner: readOwner(birth) }])
  return 'revoked'
}

async function rotate(
  redis: Redis,
  keys: Keys,
  run: KnownRun,
  bound: number,
  key: string,
  rotation: Rotation,
): Promise<RotationOutcome> {
  const { expected, becomes, use, notAfter, currentExpiresIn, keep, token, event, noticed = NONE } = rotation
  const touched = [keys.grant(key), keys.events, keys.eventsDropped, keys.run]
  const [status, grant] = await answer(
    redis.rotateFamily(
      ...named(...touched, ...tokenKeys(keys, key, token)),
      ...told(event),
      bound,
      expected,
      becomes,
      rotation.run,
      notAfter,
      ms(currentExpiresIn),
      aboutUse(use),
      formatUses(keep, becomes === expected ? undefined : use),
      ...told(noticed),
      ...written(token),
    ),
  )
  return status === 'changed' ? { status, grant: noted(run, readGrantReply(grant)) } : { status }
}

async function* list(redis: Redis, keys: Keys, index: Index): AsyncGenerator<ListedGrant[]> {
  for await (const entries of entriesOf(redis, index)) {
    const pipeline = redis.pipeline()
    for (const key of entries) pipeline.readGrant(...named(keys.grant(key), keys.run))
    const replies = (await allAnswers(pipeline)) as (GrantReply | null)[]
    yield entries.flatMap((key, position) => {
      const reply = replies[position]
      return reply ? [{ ...readGrantReply(reply), key }] : []
    })
  }
}

function noted(run: KnownRun, grant: Grant): Grant {
  run.note(grant.run)
  return grant
}

async function revokeEach(
  redis: Redis,
  keys: Keys,
  grants: readonly string[],
  event: StoredEvent,
): Promise<number> {
  if (grants.length === 0) return 0
  const pipeline = redis.pipeline()
  for (const key of grants) {
    const touched = named(keys.grant(key), keys.events, keys.endings)
    pipeline.revokeGrant(...touched, ...told(event), '')
  }
  const births = (await allAnswers(pipeline)) as (string | null)[]
  const revoked = grants.flatMap((key, position) => {
    const birth = births[position]
    return typeof birth === 'string' ? [{ key, owner: readOwner(birth) }] : []
  })
  await forget(redis, keys, revoked)
  return revoked.length
}

/** Housekeeping once the grants have gone for good; were it lost, the entries would go with their time. */
async function forget(redis: Redis, keys: Keys, grants: { key: string; owner: GrantOwner }[]): Promise<void> {
  const pipeline = redis.pipeline()
  for (const { key, owner } of grants) removeFromIndexes(pipeline, indexesOf(keys, owner), key)
  await pipeline.exec()
}

const INDEXES: GrantIndex[] = ['account', 'client', 'session', 'device', 'organization']

const indexesOf = (keys: Keys, owner: GrantOwner): Index[] =>
  INDEXES.filter((name) => owner[name] !== '').map((name) => keys.grantsOf(name, owner[name]))

const tokenKeys = (keys: Keys, key: string, token: NewToken | undefined): string[] =>
  token ? [keys.token(key, token.key)] : []

const NONE: StoredEvent = { id: '', text: '' }

const written = (token: NewToken | undefined): (string | number)[] =>
  token ? [JSON.stringify(token.payload), ms(token.expiresIn)] : []
