/**
 * What a sign-in has to be, in one shape for whoever may say so: the server, and each client for itself. Pure. What is asked
 * for by several holds for all of them, the stricter wins: a client can't make weaker what the server demands.
 */
import { METHODS, type MethodId } from '../../telemetry/metric-labels.ts'
import { highest, LEVELS, type Level } from './levels.ts'

export interface SignInPolicy {
  /** That everybody has to reach. */
  level: Level
  /** What may be used at all. */
  methods: readonly MethodId[]
  /** How long somebody is signed in, whatever they do; ms. Undefined: as `SESSION_MAX_EXP` says. */
  sessionLength: number | undefined
  /** How long a device is remembered on which its person doesn't wish to be asked for a second factor; ms. 0: never. */
  rememberDevice: number
  /** That is to be reached on a device that is new to the account, as far as the account can. */
  newDevice: Level
  /** That is to be reached where the risk rules say `step_up`, as far as the account can. */
  risky: Level
  /** How many a person may have at once, the oldest ends; undefined: any number. */
  maxSessions: number | undefined
}

/** As it is written and kept: what is left out says nothing. Lives are seconds. */
export interface SignInSettings {
  level?: Level
  methods?: readonly MethodId[]
  session_length?: number
  remember_device?: number
  new_device?: Level
  risky?: Level
  max_sessions?: number
}

const DAY = 24 * 60 * 60 * 1000

export const DEFAULT_SIGN_IN: SignInPolicy = {
  level: '1fa',
  methods: METHODS,
  sessionLength: undefined,
  rememberDevice: 30 * DAY,
  newDevice: '1fa',
  risky: '2fa',
  maxSessions: undefined,
}

/** The defaults, but for what was set. */
export const signInPolicyWith = (set: SignInSettings = {}): SignInPolicy => ({
  level: set.level ?? DEFAULT_SIGN_IN.level,
  methods: set.methods ?? DEFAULT_SIGN_IN.methods,
  sessionLength: toMs(set.session_length),
  rememberDevice: toMs(set.remember_device) ?? DEFAULT_SIGN_IN.rememberDevice,
  newDevice: set.new_device ?? DEFAULT_SIGN_IN.newDevice,
  risky: set.risky ?? DEFAULT_SIGN_IN.risky,
  maxSessions: set.max_sessions,
})

/** With what somebody else asks for besides. */
export const alsoAsking = (policy: SignInPolicy, set: SignInSettings = {}): SignInPolicy => ({
  level: highest([policy.level, set.level ?? '1fa']),
  methods: policy.methods.filter((method) => set.methods?.includes(method) ?? true),
  sessionLength: least(policy.sessionLength, toMs(set.session_length)),
  rememberDevice: Math.min(policy.rememberDevice, toMs(set.remember_device) ?? policy.rememberDevice),
  newDevice: highest([policy.newDevice, set.new_device ?? '1fa']),
  risky: highest([policy.risky, set.risky ?? '1fa']),
  maxSessions: least(policy.maxSessions, set.max_sessions),
})

/** Without what another version wrote there, and without what this one does not know. */
export function readSignInSettings(stored: Readonly<Record<string, unknown>>): SignInSettings {
  const { methods } = stored
  const levels = (['level', 'new_device', 'risky'] as const).flatMap((name) => {
    const level = LEVELS.find((one) => one === stored[name])
    return level === undefined ? [] : [[name, level]]
  })
  const numbers = (['session_length', 'remember_device', 'max_sessions'] as const).flatMap((name) =>
    typeof stored[name] === 'number' ? [[name, stored[name]]] : [],
  )
  return {
    ...Object.fromEntries([...levels, ...numbers]),
    ...(Array.isArray(methods) && { methods: METHODS.filter((method) => methods.includes(method)) }),
  }
}

const toMs = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : seconds * 1000

const least = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined ? other : Math.min(one, other ?? one)
