import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import type { Clock } from '../shared/clock.ts'
import { ACR_VALUES, type Level, levelOfAcr, reaches } from '../sign-in/assurance.ts'
import { wantedIn } from '../sign-in/wanted.ts'
import { requireNonceWithoutPkce } from './pkce.ts'

const { Check, base } = interactionPolicy

export interface InteractionPolicyUse {
  sessionMaxExp: number
  clock: Clock
  /** Whether an account has what it takes. */
  canReach: (sub: string, level: Level) => Promise<boolean>
}

/** The reason of the prompt for a person who is signed in and has to prove more. */
export const ACR_NOT_REACHED = 'acr_not_reached'

/** When a person has to be asked something: the library's own policy, with what it lacks. */
export function createInteractionPolicy(use: InteractionPolicyUse) {
  const policy = base()
  const login = policy.get('login')
  const consent = policy.get('consent')
  if (login === undefined || consent === undefined)
    throw new Error('the library has other prompts than expected')

  // Without this check the library answers 500 for the live session of an account that is gone.
  login.checks.add(
    new Check('account_gone', 'the account of this session is gone', ({ oidc }) =>
      oidc.session?.accountId !== undefined && oidc.account === undefined
        ? Check.REQUEST_PROMPT
        : Check.NO_NEED_TO_PROMPT,
    ),
    0,
  )
  login.checks.add(
    new Check('session_ended', 'the session has reached its absolute end', ({ oidc }) => {
      const since = oidc.session?.loginTs
      const over = since !== undefined && use.clock.now() - since * 1000 > use.sessionMaxExp
      return over && !oidc.result?.login ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT
    }),
    1,
  )
  login.checks.add(
    new Check('nonce_without_pkce', 'a client without PKCE sends nonce', (ctx) => {
      requireNonceWithoutPkce(ctx)
      return Check.NO_NEED_TO_PROMPT
    }),
    2,
  )
  login.checks.add(
    new Check('max_age_in_digits', 'max_age is a number of seconds', ({ oidc }) => {
      const maxAge = oidc.params?.['max_age']
      // The library reads it as JavaScript does, where `1e9` and `0xffff` are long times too.
      if (maxAge !== undefined && !/^\d+$/.test(String(maxAge)))
        throw new errors.InvalidRequest('invalid max_age parameter value')
      return Check.NO_NEED_TO_PROMPT
    }),
    2,
  )
  // The library would ask for sign-in again and again when an essential level can't be reached at all.
  login.checks.remove('essential_acrs')
  login.checks.remove('essential_acr')
  login.checks.add(new Check('essential_acr_reachable', 'the level asked for', checkEssentialAcr), 2)
  login.checks.add(
    new Check(ACR_NOT_REACHED, 'more has to be proven', 'login_required', async (ctx) =>
      (await isMoreToProve(use, ctx)) ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT,
    ),
  )
  // Consent is remembered for native clients too; `first_party` ones skip it.
  consent.checks.remove('native_client_prompt')
  return policy
}

/** `claims.id_token.acr` as an essential claim (OpenID Connect Core §5.5.1.1). */
function checkEssentialAcr({ oidc }: KoaContextWithOIDC): boolean {
  const asked = oidc.claims.id_token?.['acr']
  if (!asked?.essential) return Check.NO_NEED_TO_PROMPT
  const values = asked.values ?? (asked.value === undefined ? [] : [asked.value])
  if (!Array.isArray(values)) throw new errors.InvalidRequest('claims.id_token.acr.values must be an array')
  if (values.length === 0 || values.some((value) => typeof value === 'string' && ACR_VALUES.includes(value)))
    return Check.NO_NEED_TO_PROMPT
  throw new errors.UnmetAuthenticationRequirements('none of the requested acr values can be reached')
}

/** What the client needs is asked for again and again; what it would like once, and of those who can. */
async function isMoreToProve(
  { canReach }: InteractionPolicyUse,
  { oidc }: KoaContextWithOIDC,
): Promise<boolean> {
  const sub = oidc.session?.accountId
  if (sub === undefined) return false
  const { required, wished } = wantedIn(oidc.params ?? {})
  const level = levelOfAcr(oidc.session?.acr) ?? '1fa'
  if (required !== undefined && !reaches(level, required)) return true
  const isAskedFor = oidc.result?.['login'] === undefined && !oidc.prompts.has('none')
  return wished !== undefined && !reaches(level, wished) && isAskedFor && canReach(sub, wished)
}
