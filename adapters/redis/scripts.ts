/**
 * Every step that must be one step is a Lua script beside this file. ioredis sends its text once a connection and
 * its hash from then on, and its text again when Redis says that it forgot it (NOSCRIPT).
 */
import { readFileSync } from 'node:fs'
import type { ClientContext, Redis, Result } from 'ioredis'
import type { Claim, StoredEvent } from '../contract.ts'

type Argument = string | number
/** The number of keys, the keys, the other arguments: as EVAL takes them. */
type Script<Context extends ClientContext, Reply> = (
  keys: number,
  ...rest: Argument[]
) => Result<Reply, Context>

/** Read time, run, expiry, then the record. */
export type GrantReply = [number, number, number, string]

declare module 'ioredis' {
  interface RedisCommander<Context> {
    createGrant: Script<Context, null>
    readGrant: Script<Context, GrantReply | null>
    readToken: Script<Context, [GrantReply, string, number] | null>
    redeemCode: Script<Context, string>
    rotateFamily: Script<Context, ['rotated' | 'gone' | 'unheard'] | ['changed', GrantReply]>
    dropToken: Script<Context, null>
    tellDropped: Script<Context, null>
    revokeGrant: Script<Context, string | null>
    addToIndex: Script<Context, null>
    removeFromIndex: Script<Context, null>
    putArtifact: Script<Context, number>
    getArtifact: Script<Context, [number, number, string, string | null, string | null] | null>
    consumeArtifact: Script<Context, number>
    destroyArtifact: Script<Context, number>
    claimOnce: Script<Context, [Claim, number]>
    presentRun: Script<Context, number>
  }
}

const FILES = {
  createGrant: 'create-grant',
  readGrant: 'read-grant',
  readToken: 'read-token',
  redeemCode: 'redeem',
  rotateFamily: 'rotate',
  dropToken: 'drop-token',
  tellDropped: 'tell-dropped',
  revokeGrant: 'revoke-grant',
  addToIndex: 'add-to-index',
  removeFromIndex: 'remove-from-index',
  putArtifact: 'put-artifact',
  getArtifact: 'get-artifact',
  consumeArtifact: 'consume-artifact',
  destroyArtifact: 'destroy-artifact',
  claimOnce: 'claim',
  presentRun: 'present-run',
}

export function defineScripts(redis: Redis): void {
  const shared = read('shared')
  for (const [command, file] of Object.entries(FILES)) {
    redis.defineCommand(command, { lua: `${shared}\n${read(file)}` })
  }
}

const read = (name: string): string => readFileSync(new URL(`./${name}.lua`, import.meta.url), 'utf8')

/** Lives are whole milliseconds to Redis. */
export const ms = (life: number): number => Math.round(life)

/** The keys of a script: how many, and which. */
export const named = (...keys: string[]): [number, ...string[]] => [keys.length, ...keys]

/** An event as scripts take it. */
export const told = (event: StoredEvent | undefined): [string, string] =>
  event === undefined ? ['', ''] : [event.id, event.text]
