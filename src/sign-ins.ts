/** Sign-in, put together: the methods, what stands before them, and who hears of what comes of it. */
import type { StateStore } from '../adapters/contract.ts'
import type { Person } from './accounts/person.ts'
import { recordSignIn } from './accounts/record-sign-in.ts'
import type { LookAtSignIn } from './accounts/sign-in-risk.ts'
import type { Core } from './core.ts'
import { isDemo, isDemoAllowed } from './demo/demo-scope.ts'
import type { Factors } from './factors.ts'
import type { Guards } from './guards.ts'
import type { Elsewhere } from './identities.ts'
import type { NumberedKey } from './keys/data-keys.ts'
import { createPasskeyEnrolment } from './methods/passkey/enrol.ts'
import { createMethods } from './methods/registry.ts'
import { createSentCodes } from './methods/sent-codes.ts'
import type { TextCode } from './methods/sms-code/text-code.ts'
import { createAppEnrolment } from './methods/totp/add-app.ts'
import type { Handles } from './provider/handles.ts'
import { createKeyedHash } from './security/keyed-hash.ts'
import type { Level } from './security/sign-in-policy/levels.ts'
import type { SignInPolicy } from './security/sign-in-policy/policy.ts'
import { describeDevice } from './sessions/describe-device.ts'
import { createComplete } from './sign-in/complete.ts'
import { createEnrolments, type Enrolments } from './sign-in/enrolments.ts'
import { createGather } from './sign-in/gather.ts'
import { canReach } from './sign-in/next-step.ts'
import { allowedBy } from './sign-in/offer.ts'
import { createSignIns } from './sign-in/sign-in.ts'
import { createStates } from './sign-in/states.ts'
import type { SignIns, SignInsUse } from './sign-in/types.ts'
import type { Logger } from './telemetry/logger.ts'

export interface SignInsParts {
  core: Core
  store: StateStore['artifacts']
  handles: Pick<Handles, 'peppers'>
  factors: Factors
  elsewhere: Elsewhere
  guards: Pick<Guards, 'signIn' | 'prompts' | 'numbers'>
  /** Absent: nobody takes text messages. */
  text: TextCode | undefined
  look: LookAtSignIn
  findPolicy: SignInsUse['findPolicy']
  report: SignInsUse['report']
  log: Logger
}

export function openSignIns({
  core,
  store,
  handles,
  factors,
  elsewhere,
  guards,
  text,
  look,
  findPolicy,
  report,
  log,
}: SignInsParts) {
  const { config, accounts, keys, clock, hasher, sealer } = core
  const { users, credentials, signIns: repository } = accounts
  const { signIn: guard, prompts, numbers } = guards
  const codes = createSentCodes(keys)
  const methods = createMethods({
    passkey: {
      ...{ accounts, persons: users, relyingParty: factors.passkeys.relyingParty },
      enrolment: createPasskeyEnrolment(factors.passkeys),
    },
    password: {
      ...{ credentials, users, hasher, standIn: (name) => standIn(keys.current('pepper'), name) },
      onRehashFailed: (error) => log.warn({ error }, 'a password hash could not be renewed'),
    },
    identity: {
      ...{ ...elsewhere.method, credentials, persons: users },
      sessionMost: Math.floor(config.sessionMaxExp / 1000),
    },
    totp: { credentials, sealer, enrolment: createAppEnrolment(factors.addApp) },
    // Outside production what nobody takes is kept to be looked at.
    emailCode:
      config.mail === undefined && config.production ? undefined : { codes, record: accounts.record },
    smsCode: text && { codes, sealer, text, limit: numbers, record: accounts.record },
    recoveryCodes: { accounts, sealer },
  })
  const states = createStates({ store, peppers: handles.peppers })
  const describe = describeDevice(keys)
  const common = {
    ...{ states, methods, findPolicy, report, clock, persons: users },
    gather: createGather({ signIns: repository, look, describeDevice: describe }),
    complete: createComplete({
      ...{ guard, states },
      recordSignIn: recordSignIn({
        accounts,
        describeDevice: describe,
        deviceRememberedFor: Math.max(config.sessionMaxExp, config.refreshFamilyExp),
      }),
    }),
  }
  const enrolments: Enrolments = createEnrolments({ ...common, ...factors })
  const signIns: SignIns = createSignIns({
    ...{ ...common, guard, prompts, record: accounts.record },
    // The demo's password is public: where others can come, nobody of it comes in.
    mayEnter: isDemoAllowed(config) ? () => true : ({ managedBy }) => !isDemo(managedBy),
  })
  return {
    ...{ signIns, enrolments },
    canReach: async (sub: string, level: Level, policy: SignInPolicy) => {
      const person = await users.findPersonBySub(sub)
      return person !== undefined && canReach(level, person, allowedBy(policy, methods))
    },
    suffices: (person: Person, policy: SignInPolicy) =>
      canReach(policy.level, person, allowedBy(policy, methods)),
  }
}

/** As a `sub` is spelled. */
const standIn = ({ key }: NumberedKey, name: string): string =>
  createKeyedHash(key)('stand_in', name).subarray(0, 16).toString('base64url')
