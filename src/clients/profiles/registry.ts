import { native } from './native.ts'
import type { Profile } from './profile.ts'
import { service } from './service.ts'
import { spa } from './spa.ts'
import { web } from './web.ts'

export const PROFILES = { web, spa, native, service } as const satisfies Record<string, Profile>
export type ProfileName = keyof typeof PROFILES
export const PROFILE_NAMES = Object.keys(PROFILES) as [ProfileName, ...ProfileName[]]
