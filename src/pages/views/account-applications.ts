import type { AccountApplication, AccountApplicationsModel } from '../account-models.ts'
import { scopeLines } from '../scopes.ts'
import { clientFace, type View, type ViewUse } from '../view.ts'
import { inAccount } from './account-frame.ts'

export function accountApplications(model: AccountApplicationsModel, use: ViewUse): View {
  const { frame, applications } = model
  return inAccount(frame, use, {
    template: 'self-service/account/applications',
    title: use.t('account.applications.title'),
    purpose: use.t('account.applications.purpose'),
    data: { applications: applications.map((application) => line(application, model, use)) },
  })
}

function line(
  { id, client, allowed, since, lastSeenAt }: AccountApplication,
  { frame }: AccountApplicationsModel,
  use: ViewUse,
) {
  return {
    id,
    client: clientFace(client, use),
    facts: [
      since === undefined ? [] : use.t('account.applications.since', { at: use.minute(since) }),
      lastSeenAt === undefined ? [] : use.t('account.applications.used', { at: use.minute(lastSeenAt) }),
    ].flat(),
    scopes: allowed && scopeLines({ ...allowed, account: frame.account }, use),
  }
}
