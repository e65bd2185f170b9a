/** Sign-in by password alone, in this process: without limits, with its state in memory. */
import { createHash } from 'node:crypto'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { AccountsRepository } from '../../src/accounts/accounts-repository.ts'
import { recordSignIn } from '../../src/accounts/record-sign-in.ts'
import type { Origin } from '../../src/audit/event.ts'
import { createPassword, type PasswordUse } from '../../src/methods/password/password.ts'
import { DEFAULT_SIGN_IN } from '../../src/security/sign-in-policy/policy.ts'
import type { Clock } from '../../src/shared/clock.ts'
import { createComplete } from '../../src/sign-in/complete.ts'
import { createGather } from '../../src/sign-in/gather.ts'
import { createSignIns } from '../../src/sign-in/sign-in.ts'
import type { States } from '../../src/sign-in/states.ts'
import type { Outcome } from '../../src/sign-in/types.ts'

export interface SignInsOver extends Pick<PasswordUse, 'hasher'> {
  accounts: AccountsRepository
  clock: Clock
  onRehashFailed?: PasswordUse['onRehashFailed']
  standIn?: PasswordUse['standIn']
}

export type SignInWithin = (username: string, password: string, origin?: Origin) => Promise<Outcome>

const describeDevice = () => ({ browser: 'B', system: 'S', kind: 'desktop', fingerprint: '1:x' })
const attempt = { failed: async () => {}, giveBack: async () => {} }
const admitted = async () => ({ ok: true as const, attempt })

/** Nothing is kept: each sign-in is one step. */
const states: States = {
  read: async () => undefined,
  change: async (_id, change) => change({ proofs: [] }).result,
  end: async () => {},
}

export function signInsOver(use: SignInsOver): SignInWithin {
  const { accounts, clock, hasher, onRehashFailed = () => {} } = use
  const password = createPassword({
    ...{ credentials: accounts.credentials, users: accounts.users, hasher, onRehashFailed },
    standIn: use.standIn ?? ((name) => createHash('sha256').update(name).digest('base64url').slice(0, 22)),
  })
  const guard = {
    ...{ admit: admitted, admitNameless: admitted, admitSecond: admitted },
    ...{ deviceOf: () => undefined, lastMethodOf: () => undefined, remember: () => {} },
  }
  const signIns = createSignIns({
    prompts: { refusal: async () => undefined },
    ...{ states, guard, clock, persons: accounts.users, record: accounts.record },
    findPolicy: async () => DEFAULT_SIGN_IN,
    methods: new Map([[password.id, password]]),
    gather: createGather({
      signIns: accounts.signIns,
      look: async () => () => ({ risk: 'allow', rules: [] }),
      describeDevice,
    }),
    complete: createComplete({
      ...{ guard, states },
      recordSignIn: recordSignIn({ accounts, describeDevice, deviceRememberedFor: 1000 }),
    }),
    mayEnter: () => true,
    report: () => {},
  })
  return (username, typed, origin = {}) => {
    const req = new IncomingMessage(new Socket())
    const at = {
      ...{ id: 'x', req, res: new ServerResponse(req), wanted: {}, life: 1000 },
      origin: { ...origin, client: 'portal' },
    }
    return signIns.answer(at, 'password', { username, password: typed })
  }
}
