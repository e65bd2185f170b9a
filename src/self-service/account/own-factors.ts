/** What the pages of all methods have in common of which a person can have several: each is named and removed there. */
import type { Account } from '../../accounts/account.ts'
import type { Credential } from '../../accounts/person.ts'
import type { Origin } from '../../audit/event.ts'
import { readLabel } from '../../methods/label.ts'
import type { SecondFactor } from '../../methods/second-factors.ts'
import type { AccountDone } from '../../pages/account-models.ts'
import { AppError } from '../../shared/app-error.ts'
import type { Visit } from './page.ts'

export interface OwnFactorsUse {
  credentialsOf: (userId: string) => Promise<Credential[]>
  renameCredential: (
    userId: string,
    method: SecondFactor,
    id: string,
    label: string | undefined,
  ) => Promise<boolean>
  removeFactor: (
    account: Account,
    factor: { method: SecondFactor; id: string },
    origin: Origin,
  ) => Promise<Credential | 'needed' | undefined>
}

/** What is shown to somebody, or asked of their browser, is theirs, in the session in which it was. */
export const holderOf = ({ session: { id, sub } }: Visit): string => `${id} ${sub}`

/** Takes the form that names one anew, or removes it; false for every other. Rejects where it is not theirs. */
export async function changeOwnFactor(
  use: OwnFactorsUse,
  visit: Visit,
  method: SecondFactor,
  form: Record<string, string>,
  says: { removed: AccountDone; renamed: AccountDone },
): Promise<boolean> {
  const { account } = visit
  const { remove, rename, name } = form
  if (remove !== undefined) {
    await removeOwnFactor(use, visit, { method, id: remove }, { says: says.removed })
    return true
  }
  if (rename === undefined) return false
  if (!(await use.renameCredential(account.id, method, rename, readLabel(name)))) throw notTheirs()
  visit.done(says.renamed)
  return true
}

/**
 * Rejects where it is not theirs; shows the page as it is where policy wants them to have it. `at`: which page says that it
 * is done, where that is another.
 */
export async function removeOwnFactor(
  { removeFactor }: Pick<OwnFactorsUse, 'removeFactor'>,
  visit: Visit,
  factor: { method: SecondFactor; id: string },
  { says, at }: { says: AccountDone; at?: string },
): Promise<void> {
  const removed = await removeFactor(visit.account, factor, visit.origin)
  if (removed === undefined) throw notTheirs()
  if (removed === 'needed') await visit.refuse('needed')
  else visit.done(says, at)
}

const notTheirs = () => new AppError('not_found', 'There is nothing like that in your account.')
