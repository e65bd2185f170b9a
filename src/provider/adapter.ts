import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'
import type { StateStore } from '../../adapters/contract.ts'
import { type ArtifactAdapterUse, createArtifactAdapter } from './artifact-adapter.ts'
import { type ClientAdapterUse, createClientAdapter } from './clients.ts'
import { asSetUp } from './first-party-client.ts'
import { type GrantAdaptersUse, type GrantModel, grantAdapters } from './grant-adapters.ts'
import { orUnavailableAll } from './unavailable.ts'

export type AdapterUse = Omit<ArtifactAdapterUse & GrantAdaptersUse, 'store'> &
  ClientAdapterUse & {
    store: StateStore
    /** A signed access token, where the house itself asks for it; the library's own routes know stored ones only. */
    findStructured: (token: string) => Promise<AdapterPayload | undefined>
  }

/** What a model never does: a call is a change in the library, and is told so instead of answered. */
const NONE: Adapter = {
  upsert: () => Promise.reject(new Error('this model is not written by the library')),
  find: async () => undefined,
  findByUid: async () => undefined,
  findByUserCode: async () => undefined,
  consume: () => Promise.reject(new Error('this model is not consumed by the library')),
  destroy: () => Promise.reject(new Error('this model is not destroyed by the library')),
  // All tokens of a grant end with its record: `Grant`'s destroy.
  revokeByGrantId: async () => undefined,
}

/** The library's store: one adapter object a model, for `Client` our clients, for the rest the state store. */
export function createAdapterFactory(use: AdapterUse): AdapterFactory {
  return (model) => orUnavailableAll({ ...NONE, ...adapterOf(model, use) })
}

function adapterOf(model: string, use: AdapterUse): Partial<Adapter> {
  if (model === 'Client') return createClientAdapter(use)
  if (model in grantAdapters) return grantAdapterOf(model as GrantModel, use)
  return createArtifactAdapter(model, { ...use, store: use.store.artifacts })
}

function grantAdapterOf(model: GrantModel, use: AdapterUse): Partial<Adapter> {
  const adapter = grantAdapters[model]({ ...use, store: use.store.grants })
  const otherwise = model === 'AccessToken' ? use.findStructured : async () => undefined
  return {
    ...adapter,
    find: async (value) => {
      const found = (await adapter.find?.(value)) ?? (await otherwise(value))
      return found && asSetUp(found, use.ctx()?.oidc.client)
    },
  }
}
