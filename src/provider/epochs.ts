/** Whether something was made before everything of its person or its client was ended. */
import type { Json, JsonObject } from '../../adapters/contract.ts'

export interface EpochsUse {
  findAccount: (sub: string) => Promise<{ epoch: number } | undefined>
  findClient: (clientId: string) => Promise<{ epoch: number } | undefined>
}

/** `account` and `client` where there is one. */
export interface Owner {
  account?: string | undefined
  client?: string | undefined
}

export interface Epochs {
  /** For what is made now. */
  now(owner: Owner): Promise<JsonObject>
  /** `made`: what `now` said when it was made. */
  isCurrent(owner: Owner, made: Json | undefined): Promise<boolean>
}

export function createEpochs({ findAccount, findClient }: EpochsUse): Epochs {
  /** Who is gone, and the built-in client, has none. */
  const now = async ({ account, client }: Owner): Promise<JsonObject> => {
    const [person, application] = await Promise.all([
      account === undefined ? undefined : findAccount(account),
      client === undefined ? undefined : findClient(client),
    ])
    return { ...(person && { a: person.epoch }), ...(application && { c: application.epoch }) }
  }
  return {
    now,
    isCurrent: async (owner, made) => {
      const present = await now(owner)
      const then = isObject(made) ? made : {}
      return Object.entries(present).every(([name, epoch]) => Number(then[name] ?? 0) >= Number(epoch))
    },
  }
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
