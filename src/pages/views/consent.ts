/** What a person reads before an application gets access (RFC 6749 §10.2; against look-alikes RFC 9700 §4.14). */
import type { Piece } from '../messages.ts'
import type { ConsentModel } from '../models.ts'
import { destination } from '../safe-link.ts'
import { safeText } from '../safe-text.ts'
import { scopeLines } from '../scopes.ts'
import { accountFace, clientFace, type View, type ViewUse } from '../view.ts'

export function consent(model: ConsentModel, use: ViewUse): View {
  const client = clientFace(model.client, use)
  const goal: Piece = { as: 'host', text: destination(model.redirectUri) }
  return {
    template: 'interaction/consent',
    title: use.t('consent.title'),
    script: 'forms.js',
    again: true,
    data: {
      csrf: model.csrf,
      client,
      goal,
      verified: model.client.verified,
      heading: use.rich('consent.heading', { client: client.name }),
      account: { ...accountFace(model.account), change: use.t('account.change') },
      scopes: scopeLines(model, use),
      rawScopes: rawScopes(model),
      fine: fine(model, use),
      kept: model.keptPasskey,
      leave: use.rich('consent.leave', { host: goal }),
    },
  }
}

/** The sentences below the list; each stands alone, so that one can be missing. */
function fine(model: ConsentModel, use: ViewUse): Piece[][] {
  const href = use.links.own(model.connectedApps)
  const apps: Piece | undefined =
    href === undefined ? undefined : { as: 'link', text: use.t('consent.apps'), href }
  return [
    ...(model.client.verified ? [] : [use.rich('consent.unverified', { host: use.host })]),
    use.rich('consent.password', {}),
    ...(apps ? [use.rich('consent.take_back', { apps })] : []),
    ...documents(model, use),
  ]
}

function documents(model: ConsentModel, use: ViewUse): Piece[][] {
  const link = (key: 'consent.policy' | 'consent.terms', uri: string | undefined): Piece | undefined => {
    const href = use.links.outside(uri)
    return href === undefined ? undefined : { as: 'link', text: use.t(key), href }
  }
  const policy = link('consent.policy', model.client.policyUri)
  const terms = link('consent.terms', model.client.tosUri)
  if (policy && terms) return [use.rich('consent.documents', { policy, terms })]
  const document = policy ?? terms
  return document ? [use.rich('consent.document', { document })] : []
}

function rawScopes(model: ConsentModel): string[] {
  const all = [...model.scopes, ...(model.resources ?? []).flatMap(({ scopes }) => scopes)]
  return all.map(({ name }) => safeText(name, 64))
}
