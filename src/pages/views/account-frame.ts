import { ACCOUNT_GROUPS, type AccountFrame } from '../account-models.ts'
import { type AccountShell, accountFace, type View, type ViewUse } from '../view.ts'

/**
 * A page in the frame of the account. `title` is its heading, `purpose` says in a line what it is for; `failed`: something
 * of its form was refused.
 */
export function inAccount(
  frame: AccountFrame,
  use: ViewUse,
  page: Pick<View, 'template' | 'title' | 'data'> & { purpose: string; failed?: boolean; again?: boolean },
): View {
  const { template, title, purpose, failed = false, again = true, data } = page
  return {
    template,
    title: `${title} · ${use.t('account.menu')}`,
    failed: failed || frame.alert !== undefined,
    script: 'forms.js',
    again,
    account: { ...around(frame, use), heading: title, purpose },
    data: { ...data, csrf: frame.csrf },
  }
}

function around(
  { csrf, account, navigation, done, alert, keptPasskey: kept }: AccountFrame,
  use: ViewUse,
): Omit<AccountShell, 'heading' | 'purpose'> {
  const groups = ACCOUNT_GROUPS.map((group) => ({
    title: group === 'you' ? undefined : use.t(`account.group.${group}`),
    entries: navigation
      .filter((entry) => entry.group === group)
      .map(({ href, icon, title, current }) => ({ href, icon, title: use.t(title), current })),
  }))
  return {
    csrf,
    account: accountFace(account),
    groups: groups.filter(({ entries }) => entries.length > 0),
    kept,
    done: done && { lead: use.t(`account.done.${done}.lead`), text: use.t(`account.done.${done}.text`) },
    alert: alert && { lead: use.t(`account.${alert}.lead`), text: use.t(`account.${alert}.text`) },
  }
}
