import type { Core } from '../../core.ts'
import { resetFactors } from '../../methods/reset-factors.ts'
import type { MethodId } from '../../telemetry/metric-labels.ts'
import type { CommandContext } from '../context.ts'
import { BY_COMMAND } from '../origins.ts'
import { Refusal } from '../refusal.ts'
import { tellOthers } from '../tell-others.ts'
import { findUser } from './find-user.ts'

const WORDS: Readonly<Partial<Record<MethodId, string>>> = {
  passkey: 'passkeys',
  totp: 'authenticator apps',
  'sms-code': 'codes by text message',
  'recovery-codes': 'recovery codes',
}

/** For who has lost what they prove themselves with. Whoever has it now is signed out. */
export async function resetMfa(
  core: Core,
  { say }: CommandContext,
  email: string,
  { passkeys }: { passkeys: boolean },
): Promise<void> {
  const account = await findUser(core, email)
  const methods = await resetFactors(core)(account, { passkeys }, BY_COMMAND)
  if (methods === undefined) throw new Refusal(`${account.email} is gone.`)
  if (methods.length === 0) return say(`${account.email} has none of these. Nothing was changed.`)
  await tellOthers(core, { accounts: [account.sub] })
  const gone = methods.map((method) => WORDS[method]).join(', ')
  say(`${account.email} is signed out everywhere. Taken away: ${gone}.`)
}
