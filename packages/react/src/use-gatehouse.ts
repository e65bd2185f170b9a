import type { Gatehouse } from '@gatehouse/browser'
import { useProvided } from './context.ts'

/** What the provider was given or has made: for `fetch`, and for all that has no hook of its own. */
export const useGatehouse = (): Gatehouse => useProvided().gatehouse
