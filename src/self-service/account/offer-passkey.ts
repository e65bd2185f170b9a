/**
 * A passkey for whoever signs in without one. Their browser is asked to keep one by itself, right after a password, where it
 * can (WebAuthn Level 3 §5.1.3, conditional creation); on the overview they are asked, once. Nothing of it stands in
 * anybody's way: it is brought by script, to pages that they came to by themselves.
 */
import type { Account } from '../../accounts/account.ts'
import type { Credential } from '../../accounts/person.ts'
import { MOST_PASSKEYS } from '../../methods/passkey/passkey.ts'
import type { KeptPasskeyModel } from '../../pages/account-factor-models.ts'
import type { Csrf } from '../../security/csrf.ts'
import type { NotNow } from '../../security/not-now-cookie.ts'
import type { SignInPolicy } from '../../security/sign-in-policy/policy.ts'
import { bindingOf } from './binding.ts'
import { type FreshUse, isFresh } from './fresh.ts'
import type { SignedIn, Visit } from './page.ts'

export const PASSKEYS_PATH = '/account/passkeys'

export interface OfferPasskeyUse extends FreshUse {
  credentialsOf: (userId: string) => Promise<Credential[]>
  findSignInPolicy: () => Promise<Pick<SignInPolicy, 'methods'>>
  notNow: NotNow
}

type Whose = Pick<Visit, 'account' | 'session'>

/** Of a passkey (RFC 8176 §2): who signs in with one needs no other here. */
const BY_PASSKEY = ['hwk', 'swk']

/**
 * Whether their browser may keep a passkey without asking them. Whoever could not add one now, as they have a factor that
 * they did not prove, may not either: a password that was stolen would become a passkey.
 */
export async function mayKeepPasskey(
  use: Omit<OfferPasskeyUse, 'notNow'>,
  { account, session }: { account: Account; session: SignedIn },
): Promise<boolean> {
  const { amr } = session
  if (!amr.includes('pwd') || amr.some((reference) => BY_PASSKEY.includes(reference))) return false
  if (!(await isFresh(use, session)) || !(await isAllowed(use))) return false
  return (await passkeysIn(use, account)) < MOST_PASSKEYS
}

/** What a page's script asks the browser with. */
export const keptPasskeyFor = (csrf: Csrf, session: SignedIn): KeptPasskeyModel => ({
  ...{ csrf: csrf.token(bindingOf(session)), session: session.id, at: PASSKEYS_PATH },
})

/** Whether they are asked themselves. */
export async function mayOfferPasskey(
  use: OfferPasskeyUse,
  { account, session, ctx }: Visit,
): Promise<boolean> {
  if (use.notNow.was(ctx.headers.cookie, session.sub)) return false
  return (await isAllowed(use)) && (await passkeysIn(use, account)) === 0
}

const isAllowed = async ({ findSignInPolicy }: Pick<OfferPasskeyUse, 'findSignInPolicy'>): Promise<boolean> =>
  (await findSignInPolicy()).methods.includes('passkey')

const passkeysIn = async (
  { credentialsOf }: Pick<OfferPasskeyUse, 'credentialsOf'>,
  { id }: Whose['account'],
): Promise<number> => (await credentialsOf(id)).filter(({ method }) => method === 'passkey').length
