import { vi } from 'vitest'
import type { StateStore } from '../../adapters/contract.ts'

/** A store that connects in the background, once it has. */
export async function connected(store: StateStore): Promise<StateStore> {
  await vi.waitFor(() => store.ping(), { timeout: 10_000, interval: 10 })
  return store
}
