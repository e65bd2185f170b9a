/** Where somebody is in a journey, as the sign-in has it, and what the library is told of its end. */
import type { Proof } from '../../sign-in/assurance.ts'
import type { At, SignedIn } from '../../sign-in/types.ts'
import { wantedIn } from '../../sign-in/wanted.ts'
import type { MethodId } from '../../telemetry/metric-labels.ts'
import type { Journey, StepResult, StepUse } from '../journey.ts'

export interface PlaceUse extends Pick<StepUse, 'originOf'> {
  /** What the cookie of the request's device says. */
  deviceOf: (cookieHeader: string | undefined) => string | undefined
  /** How somebody began to sign in on it the last time. */
  lastMethodOf: (cookieHeader: string | undefined) => MethodId | undefined
  /** What the browser is known by: what was proven in one counts in no other. */
  browserOf: (ctx: Journey['ctx']) => string
  /** What a session has proven, by its uid. */
  findProofs: (uid: string) => Promise<Proof[]>
  /** The reason of the library's prompt where somebody who is signed in has to prove more. */
  stepUpReason: string
  /** How long a sign-in may take, ms. */
  life: number
}

export async function placeOf(use: PlaceUse, { ctx, interaction, client }: Journey): Promise<At> {
  const { headers, req, res } = ctx
  const { session, params, prompt } = interaction
  const device = { cookieId: use.deviceOf(headers.cookie), language: ctx.get('accept-language') }
  const adds = session !== undefined && prompt.reasons.every((reason) => reason === use.stepUpReason)
  return {
    id: interaction.uid,
    origin: { ...use.originOf(ctx), client: client.clientId, device },
    ...{ req, res, life: use.life, binding: use.browserOf(ctx) },
    wanted: wantedIn(params),
    lastMethod: use.lastMethodOf(headers.cookie),
    session: adds ? { sub: session.accountId, proofs: await use.findProofs(session.uid) } : undefined,
  }
}

export const loginOf = ({ account, amr, acr, authTime, remember, device, proofs }: SignedIn) => ({
  ...{
    accountId: account.sub,
    amr,
    acr,
    ts: authTime,
    remember,
    device: device.id,
    proofs,
    epoch: account.epoch,
  },
})

export const UNMET: StepResult = {
  error: 'unmet_authentication_requirements',
  error_description: 'this person can not prove as much as was asked for',
}
