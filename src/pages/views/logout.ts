/** RP-initiated logout: the question before it (OpenID Connect RP-Initiated Logout 1.0 §2) and the page after. */
import type { LoggedOutModel, LogoutModel } from '../models.ts'
import { accountFace, clientFace, type View, type ViewUse } from '../view.ts'

export function logout(model: LogoutModel, use: ViewUse): View {
  const client = model.client && clientFace(model.client, use)
  const action = use.links.own(model.action)
  if (action === undefined) throw new Error('The logout form may post to our own origin only')
  return {
    template: 'interaction/logout',
    title: use.t('logout.title'),
    script: 'forms.js',
    data: {
      action,
      fields: model.fields,
      client,
      asks: client && use.rich('logout.asks', { client: client.name }),
      account: model.email === undefined ? undefined : accountFace({ email: model.email }),
      effect: use.rich('logout.effect', { host: use.host }),
      stay: use.links.own(model.stay) ?? use.links.outside(model.stay),
    },
  }
}

export function loggedOut(model: LoggedOutModel, use: ViewUse): View {
  const client = model.client && clientFace(model.client, use)
  const next = use.links.own(model.next) ?? use.links.outside(model.next)
  return {
    template: 'interaction/logged-out',
    title: use.t('logged-out.title'),
    data: {
      text: use.rich('logged-out.text', { host: use.host }),
      next: next && {
        href: next,
        label: client ? use.rich('logged-out.back_to', { client: client.name }) : use.rich('continue', {}),
      },
    },
  }
}
