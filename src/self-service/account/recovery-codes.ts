/** `/account/recovery-codes`: codes for when everything else is lost. They are shown once, and again never. */
import type { Credential } from '../../accounts/person.ts'
import { SET_SIZE, setOf } from '../../methods/recovery-codes/recovery-codes.ts'
import type { RecoveryCodesShow } from '../../methods/recovery-codes/show-once.ts'
import { hasSecondFactor } from '../../methods/second-factors.ts'
import type { AccountLine } from '../../pages/account-models.ts'
import { AppError } from '../../shared/app-error.ts'
import type { Clock } from '../../shared/clock.ts'
import type { AccountPage, Visit } from './page.ts'

export interface RecoveryCodesUse {
  credentialsOf: (userId: string) => Promise<Credential[]>
  recoveryCodes: RecoveryCodesShow
  /** That the person keeps them. */
  noteRecoveryCodes: (userId: string, id: string) => Promise<boolean>
  clock: Clock
}

export const RECOVERY_CODES_PATH = '/account/recovery-codes'

/** From here on new ones are worth making. */
const FEW = 3

export function createRecoveryCodesPage(use: RecoveryCodesUse): AccountPage {
  return {
    path: RECOVERY_CODES_PATH,
    entry: { group: 'sign_in', icon: 'key', title: 'account.recovery-codes.title' },
    fresh: 'changes',
    show: (visit) => show(use, visit),
    submit: async (visit, form) => {
      if (form['make'] === 'yes') return make(use, visit)
      if (form['noted'] !== undefined) return note(use, visit, form['noted'])
      throw new AppError('bad_request', 'This form can not be read.')
    },
    summary: async ({ account }) => {
      const credentials = await use.credentialsOf(account.id)
      return hasSecondFactor(credentials) ? lineOf(credentials) : undefined
    },
  }
}

function lineOf(credentials: readonly Credential[]): AccountLine {
  const set = setOf(credentials)
  if (set === undefined) return { says: 'account.recovery-codes.none', warns: true }
  if (!set.noted) return { says: 'account.recovery-codes.not_noted', warns: true }
  const { left } = set
  if (left <= FEW) return { says: 'account.recovery-codes.few', values: { left }, warns: true }
  return { says: 'account.recovery-codes.left', values: { left, of: SET_SIZE } }
}

const holderOf = ({ session: { id, sub } }: Visit): string => `${id} ${sub}`

async function show(use: RecoveryCodesUse, visit: Visit): Promise<void> {
  const credentials = await use.credentialsOf(visit.account.id)
  const set = setOf(credentials)
  // Whoever only looks whether the page is there must not use up its one sight.
  const codes = visit.ctx.method === 'GET' ? await use.recoveryCodes.takeShown(holderOf(visit)) : undefined
  visit.show('account-recovery-codes', {
    ...{ possible: hasSecondFactor(credentials), of: SET_SIZE, few: FEW },
    ...(set !== undefined && { set }),
    ...(codes !== undefined && set !== undefined && { shown: { codes, at: use.clock.now() } }),
  })
}

async function make(use: RecoveryCodesUse, visit: Visit): Promise<void> {
  const { account, origin } = visit
  if (!(await use.recoveryCodes.make(account, holderOf(visit), origin)))
    throw new AppError('not_found', 'There is nothing that recovery codes could stand for.')
  visit.done('codes_made')
}

async function note(use: RecoveryCodesUse, visit: Visit, id: string): Promise<void> {
  const { account } = visit
  const mine = setOf(await use.credentialsOf(account.id))?.id === id
  if (!mine || !(await use.noteRecoveryCodes(account.id, id)))
    throw new AppError('not_found', 'These codes are not the newest.')
  visit.done('codes_noted')
}
