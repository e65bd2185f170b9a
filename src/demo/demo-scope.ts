import type { Config } from '../config/config.ts'
import { isLoopbackHost } from '../config/values/issuer.ts'

/** The mark of what the demo made: `managed_by`. */
export const DEMO = 'demo' as const

export const isDemo = (managedBy: string | undefined): boolean => managedBy === DEMO

/** The demo's password stands in its documentation: where others could reach it, nothing of the demo lives. */
export const isDemoAllowed = ({ production, issuer }: Pick<Config, 'production' | 'issuer'>): boolean =>
  !production && isLoopbackHost(new URL(issuer).hostname)
