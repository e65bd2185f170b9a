import { difference } from '../difference.ts'
import { topicOf } from '../error-topics.ts'
import type { DeveloperDetails, ErrorModel } from '../models.ts'
import { safeText } from '../safe-text.ts'
import { clientFace, type View, type ViewUse } from '../view.ts'

export function error(model: ErrorModel, use: ViewUse): View {
  const client = model.client && clientFace(model.client, use)
  const topic = topicOf(model)
  const developer = use.production ? undefined : model.developer && details(model.developer)
  const restart = use.links.own(model.restart) ?? use.links.outside(model.restart)
  return {
    template: 'errors/error',
    title: use.t(`error.${topic}.title`),
    failed: true,
    broad: developer !== undefined,
    script: 'forms.js',
    data: {
      client,
      heading:
        topic === 'application' && client
          ? use.rich('error.application.heading', { client: client.name })
          : use.rich(`error.${topic}.title`, {}),
      text: use.rich(`error.${topic}.text`, { host: use.host, minutes: model.minutes ?? 1 }),
      restart: restart && {
        href: restart,
        label: client ? use.rich('error.restart_at', { client: client.name }) : use.rich('error.restart', {}),
      },
      code: safeText(model.code, 64),
      status: model.status,
      requestId: safeText(model.requestId, 64),
      iso: new Date(model.time).toISOString(),
      time: use.time(model.time),
      developer,
    },
  }
}

/** Long enough for any honest address, short enough for a page. */
const ADDRESS = 500

function details(model: DeveloperDetails): object {
  const registered = model.registered?.map((uri) => safeText(uri, ADDRESS)).slice(0, 10)
  const received = model.received === undefined ? undefined : safeText(model.received, ADDRESS)
  return {
    clientId: model.clientId === undefined ? undefined : safeText(model.clientId, 128),
    explanation: model.explanation === undefined ? undefined : safeText(model.explanation, ADDRESS),
    received: received === undefined ? undefined : difference(received, registered ?? []),
    registered,
    endpoint: model.endpoint === undefined ? undefined : safeText(model.endpoint, ADDRESS),
  }
}
