/** What people come to have besides a password, put together: by it their account, their sign-in and their links add it. */
import type { StateStore } from '../adapters/contract.ts'
import type { Core } from './core.ts'
import type { EnrolPasskeyUse } from './methods/passkey/enrol.ts'
import { createQuestions } from './methods/passkey/questions.ts'
import { relyingPartyOf } from './methods/passkey/relying-party.ts'
import { createPending, type Pending } from './methods/pending.ts'
import { createRecoveryCodesShow, type RecoveryCodesShow } from './methods/recovery-codes/show-once.ts'
import { type AddApp, createAddApp } from './methods/totp/add-app.ts'
import type { Handles } from './provider/handles.ts'

export interface Factors {
  pending: Pending
  passkeys: EnrolPasskeyUse
  addApp: AddApp
  recoveryCodes: RecoveryCodesShow
  /** That the person keeps them. */
  noteRecoveryCodes: (userId: string, id: string) => Promise<boolean>
}

export function createFactors(
  core: Core,
  store: StateStore['artifacts'],
  { peppers }: Pick<Handles, 'peppers'>,
): Factors {
  const { accounts, clock, config } = core
  const pending = createPending({ store, peppers })
  return {
    pending,
    passkeys: {
      ...{ accounts, clock, relyingParty: relyingPartyOf(config) },
      questions: createQuestions({ store, peppers }),
    },
    addApp: createAddApp({ ...core, pending }),
    recoveryCodes: createRecoveryCodesShow({ ...core, pending }),
    noteRecoveryCodes: (userId, id) => accounts.credentials.note(userId, id, { noted: true }),
  }
}
