import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import { highest, type Level, reaches } from '../security/sign-in-policy/levels.ts'
import type { SignInPolicy } from '../security/sign-in-policy/policy.ts'
import type { Clock } from '../shared/clock.ts'
import { ACR_VALUES, type Proof } from '../sign-in/assurance.ts'
import { wantedIn } from '../sign-in/wanted.ts'
import { levelUnder } from './level-under.ts'
import { requireNonceWithoutPkce } from './pkce.ts'
import { orUnavailable } from './unavailable.ts'

const { Check, Prompt, base } = interactionPolicy

export interface InteractionPolicyUse {
  /** People may make accounts themselves. */
  registration: boolean
  sessionMaxExp: number
  clock: Clock
  /** Whether an account has what it takes, of what it may use. */
  canReach: (sub: string, level: Level, policy: SignInPolicy) => Promise<boolean>
  findSignInPolicy: (clientId?: string) => Promise<SignInPolicy>
  /** By what the person of the request's session proved to be it; undefined where that is not known. */
  proofsOf: (ctx: KoaContextWithOIDC) => readonly Proof[] | undefined
}

/** The reason of the prompt for a person who is signed in and has to prove more. */
export const ACR_NOT_REACHED = 'acr_not_reached'

/** Leads to a new account first (Initiating User Registration via OpenID Connect 1.0). */
const CREATE = 'create'

/** What may be asked for by `prompt`, as the metadata says (the same, §4.2). */
export const promptValues = ({ registration }: Pick<InteractionPolicyUse, 'registration'>): string[] => [
  ...['none', 'login', 'consent'],
  ...(registration ? [CREATE] : []),
]

/** When a person has to be asked something: the library's own policy, with what it lacks. */
export function createInteractionPolicy(use: InteractionPolicyUse) {
  const policy = base()
  const login = policy.get('login')
  const consent = policy.get('consent')
  if (login === undefined || consent === undefined)
    throw new Error('the library has other prompts than expected')

  if (use.registration) {
    policy.add(new Prompt({ name: CREATE, requestable: true }), 0)
    // Whoever is signed in here has made an account beside that: who they are from now on they say.
    login.checks.add(
      new Check('account_made', 'whoever may have made an account signs in', ({ oidc }) =>
        oidc.prompts.has(CREATE) && oidc.session?.accountId !== undefined && !oidc.result?.login
          ? Check.REQUEST_PROMPT
          : Check.NO_NEED_TO_PROMPT,
      ),
    )
  }
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
    new Check('session_ended', 'the session has reached its absolute end', async ({ oidc }) => {
      const since = oidc.session?.loginTs
      if (since === undefined || oidc.result?.login) return Check.NO_NEED_TO_PROMPT
      const { sessionLength = use.sessionMaxExp } = await policyFor(use, oidc)
      const over = use.clock.now() - since * 1000 > Math.min(sessionLength, use.sessionMaxExp)
      return over ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT
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

const policyFor = (
  use: Pick<InteractionPolicyUse, 'findSignInPolicy'>,
  { client }: KoaContextWithOIDC['oidc'],
) => orUnavailable(use.findSignInPolicy(client?.clientId))

/**
 * What the client needs, or policy, is asked for again and again; what the client would like once, and of those who can. What
 * was proven by a method that it doesn't take counts for nothing.
 */
async function isMoreToProve(use: InteractionPolicyUse, ctx: KoaContextWithOIDC): Promise<boolean> {
  const { oidc } = ctx
  const sub = oidc.session?.accountId
  if (sub === undefined) return false
  const { required, wished } = wantedIn(oidc.params ?? {})
  const policy = await policyFor(use, oidc)
  const level = levelUnder({ proofs: use.proofsOf(ctx), acr: oidc.session?.acr }, policy)
  if (level === undefined || !reaches(level, highest([policy.level, required ?? '1fa']))) return true
  const isAskedFor = oidc.result?.['login'] === undefined && !oidc.prompts.has('none')
  return wished !== undefined && !reaches(level, wished) && isAskedFor && use.canReach(sub, wished, policy)
}
