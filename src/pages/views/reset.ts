import type { AfterModel, ResetModel, WayBackModel } from '../models.ts'
import { safeText } from '../safe-text.ts'
import { type Alert, clientFace, EMAIL, type View, type ViewUse } from '../view.ts'

/** Where there is no sign-in to go on with. */
export const HOME: WayBackModel = { href: '/' }

/** "Back to …", "Continue to …": where the sign-in goes on that was left. */
export function wayBack(
  back: WayBackModel | undefined,
  use: ViewUse,
  key: 'way-back' | 'way-back.continue',
): { href: string; label: object } | undefined {
  const href = use.links.own(back?.href)
  if (back === undefined || href === undefined) return undefined
  const { client } = back
  const label =
    client === undefined
      ? use.rich(`${key}.house`, {})
      : use.rich(key, { client: clientFace(client, use).name })
  return { href, label }
}

export function reset(model: ResetModel, use: ViewUse): View {
  const { error } = model
  return {
    template: 'self-service/reset',
    title: use.t('reset.title'),
    failed: error !== undefined,
    script: 'forms.js',
    again: true,
    data: {
      csrf: model.csrf,
      alert: error && alertFor(error, use),
      username: {
        value: safeText(model.username ?? '', EMAIL),
        fault: error?.kind === 'missing' && use.t('sign-in.username.missing'),
        autofocus: !error,
      },
      back: wayBack(model.back, use, 'way-back'),
    },
  }
}

function alertFor(error: NonNullable<ResetModel['error']>, use: ViewUse): Alert {
  if (error.kind === 'busy') {
    const { minutes } = error
    return {
      lead: use.t('sign-in.error.too_many.lead'),
      text: use.t('sign-in.error.too_many.text', { minutes }),
    }
  }
  return { lead: use.t(`reset.error.${error.kind}.lead`), text: use.t(`reset.error.${error.kind}.text`) }
}

export const resetSent = (model: AfterModel, use: ViewUse): View => ({
  template: 'self-service/after',
  title: use.t('reset-sent.title'),
  again: true,
  data: {
    title: use.t('reset-sent.title'),
    texts: [use.t('reset-sent.text'), use.t('reset-sent.next')],
    back: wayBack(model.back, use, 'way-back'),
  },
})

export const resetDone = (model: AfterModel, use: ViewUse): View => ({
  template: 'self-service/after',
  title: use.t('reset-done.title'),
  again: true,
  data: {
    title: use.t('reset-done.title'),
    texts: [use.t('reset-done.text')],
    next: wayBack(model.back ?? HOME, use, 'way-back.continue'),
  },
})
