/** OAuth 2.0 Form Post Response Mode: the fields pass to the byte; only the template's escaping touches them. */
import type { FormPostModel } from '../models.ts'
import { destination, formTarget } from '../safe-link.ts'
import { clientFace, type View, type ViewUse } from '../view.ts'

export function formPost(model: FormPostModel, use: ViewUse): View {
  const client = model.client && clientFace(model.client, use)
  return {
    template: 'interaction/form-post',
    title: use.t('form-post.title'),
    script: 'form-post.js',
    data: {
      action: formTarget(model.action),
      fields: model.fields,
      client,
      heading: client
        ? use.rich('form-post.heading', { client: client.name })
        : use.rich('form-post.title', {}),
      text: use.rich('form-post.text', { host: { as: 'host', text: destination(model.action) } }),
    },
  }
}
