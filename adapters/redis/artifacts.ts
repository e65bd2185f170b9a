/**
 * Artifacts in Redis. Index and alias are written before the record, in the same trip. Destroying leaves both to
 * expire: the key may be written again at the same moment, and a record must not lose its entry.
 */
import type { Redis } from 'ioredis'
import type { Artifact, ArtifactStore, JsonObject, NewArtifact, StoredEvent } from '../contract.ts'
import { allAnswers, answer, lastAnswer } from '../redis-client.ts'
import { addToIndexes, entriesOf } from './indexes.ts'
import type { Keys } from './keys.ts'
import type { KnownRun } from './run.ts'
import { ms, named, told } from './scripts.ts'

export const redisArtifacts = (redis: Redis, keys: Keys, run: KnownRun): ArtifactStore => ({
  async put(model, key, artifact, event) {
    await save(redis, keys, model, key, { ...artifact, how: 'put', event })
  },

  async create(model, key, artifact) {
    return (await save(redis, keys, model, key, { ...artifact, how: 'create' })) === 1
  },

  async replace(model, key, artifact, former) {
    return OUTCOMES[await save(redis, keys, model, key, { ...artifact, how: 'replace', former })] ?? 'gone'
  },

  async get(model, key) {
    return (await read(redis, keys, keys.artifact(model, key)))?.artifact
  },

  async getByAlias(model, alias) {
    const key = await answer(redis.get(keys.alias(model, alias)))
    const found = key === null ? undefined : await read(redis, keys, keys.artifact(model, key))
    return found?.alias === alias ? found.artifact : undefined
  },

  async consume(model, key) {
    return (await answer(redis.consumeArtifact(...named(keys.artifact(model, key), keys.run)))) === 1
  },

  async destroy(model, key, event) {
    await answer(redis.destroyArtifact(...touched(keys, model, key), '', '', ...told(event), model))
  },

  destroyByAlias: (model, aliases, event) => destroyByAlias(redis, keys, model, aliases, event),

  async claim(model, key, expiresIn, madeAt) {
    const [life, touched] = [Math.max(1, ms(expiresIn)), named(keys.claim(model, key), keys.run)]
    const [claim, present] = await answer(redis.claimOnce(...touched, life, ms(madeAt)))
    run.note(present)
    return claim
  },

  destroyAllOf: (model, account, event) => destroyAllOf(redis, keys, model, account, event),
})

const touched = (keys: Keys, model: string, key: string) =>
  named(keys.artifact(model, key), keys.events, keys.endings)

/** Whether it may be there, must be, or must not be. */
const HOW = { put: 0, replace: 1, create: 2 } as const

const OUTCOMES = ['gone', 'replaced', 'changed'] as const

async function save(
  redis: Redis,
  keys: Keys,
  model: string,
  key: string,
  save: NewArtifact & {
    how: keyof typeof HOW
    former?: JsonObject | undefined
    event?: StoredEvent | undefined
  },
): Promise<number> {
  const { payload, expiresIn, alias = '', account = '', singleUse = false, how, former, event } = save
  const life = ms(expiresIn)
  const put = [
    ...named(keys.artifact(model, key), keys.events, keys.run),
    JSON.stringify(payload),
    life,
    alias,
    account,
    HOW[how],
    former === undefined ? '' : JSON.stringify(former),
    singleUse ? 1 : 0,
    ...told(event),
  ] as const
  if (alias === '' && account === '') return answer(redis.putArtifact(...put))
  const pipeline = redis.pipeline()
  addToIndexes(pipeline, account === '' ? [] : [keys.artifactsOf(model, account)], key, life)
  if (alias !== '') {
    const name = keys.alias(model, alias)
    how === 'put' ? pipeline.set(name, key, 'PX', Math.max(1, life)) : pipeline.pexpire(name, life, 'GT')
  }
  pipeline.putArtifact(...put)
  return Number(await lastAnswer(pipeline))
}

async function read(redis: Redis, keys: Keys, key: string) {
  const reply = await answer(redis.getArtifact(...named(key, keys.run)))
  if (!reply) return undefined
  const [readAt, expiresAt, payload, consumedAt, alias] = reply
  const artifact: Artifact = {
    payload: JSON.parse(payload),
    expiresIn: expiresAt - readAt,
    ...(consumedAt !== null && { consumedFor: readAt - Number(consumedAt) }),
  }
  return { artifact, alias }
}

async function destroyByAlias(
  redis: Redis,
  keys: Keys,
  model: string,
  aliases: readonly string[],
  event: StoredEvent | undefined,
): Promise<number> {
  if (aliases.length === 0) return 0
  const looking = redis.pipeline()
  for (const alias of aliases) looking.get(keys.alias(model, alias))
  const found = (await allAnswers(looking)) as (string | null)[]
  const destroying = redis.pipeline()
  for (const [position, alias] of aliases.entries()) {
    const key = found[position]
    if (typeof key !== 'string') continue
    destroying.destroyArtifact(...touched(keys, model, key), '', alias, ...told(event), model)
  }
  return (await allAnswers(destroying)).filter((reply) => reply === 1).length
}

async function destroyAllOf(
  redis: Redis,
  keys: Keys,
  model: string,
  account: string,
  event: StoredEvent | undefined,
): Promise<number> {
  let destroyed = 0
  for await (const entries of entriesOf(redis, keys.artifactsOf(model, account))) {
    const pipeline = redis.pipeline()
    for (const key of entries)
      pipeline.destroyArtifact(...touched(keys, model, key), account, '', ...told(event), model)
    destroyed += (await allAnswers(pipeline)).filter((reply) => reply === 1).length
  }
  return destroyed
}
