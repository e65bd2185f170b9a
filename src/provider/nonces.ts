/**
 * Secrets of the nonces that DPoP proofs carry (RFC 9449 §8): one for each cookie key, and others in each run of the
 * store. What an earlier run noted of used proofs may be forgotten, so its nonces are good no more; who brings one is
 * given a new one.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { StateStore } from '../../adapters/contract.ts'
import type { DataKeys, NumberedKey } from '../keys/data-keys.ts'
import { createKeyedHash } from '../security/keyed-hash.ts'
import { StoreAway } from '../shared/app-error.ts'

export interface NonceSecretsUse {
  store: Pick<StateStore, 'run' | 'lastKnownRun'>
  keys: Pick<DataKeys, 'living'>
  ctx: () => KoaContextWithOIDC | undefined
}

export interface NonceSecrets {
  /** Asks for the run where it is needed and not known. */
  prepare(ctx: KoaContextWithOIDC): Promise<void>
  /** 32 bytes each, the one for new nonces first; the same buffers as long as keys and run are the same. */
  all(): readonly { readonly key: Buffer }[]
  /** The run by whose secrets a request's proof was looked at. */
  runOf(ctx: KoaContextWithOIDC): number
}

export function createNonceSecrets({ store, keys, ctx }: NonceSecretsUse): NonceSecrets {
  const runs = new WeakMap<object, number>()
  let made = { run: Number.NaN, secrets: new WeakMap<NumberedKey, { key: Buffer }>() }
  return {
    prepare: async ({ headers }) => {
      if (headers['dpop'] !== undefined) await store.run()
    },
    all: () => {
      const run = store.lastKnownRun()
      if (run === undefined) throw new StoreAway('redis')
      const request = ctx()
      // The earliest that it was looked at by.
      if (request !== undefined && !runs.has(request)) runs.set(request, run)
      if (made.run !== run) made = { run, secrets: new WeakMap() }
      return keys.living('cookie').map((key) => {
        const secret = made.secrets.get(key) ?? { key: nonceSecretOf(key.key, run) }
        made.secrets.set(key, secret)
        return secret
      })
    },
    runOf: (request) => runs.get(request) ?? 0,
  }
}

const nonceSecretOf = (key: Buffer, run: number): Buffer => createKeyedHash(key)('dpop nonces', String(run))
