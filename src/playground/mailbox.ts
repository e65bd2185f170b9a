/** The mails that would have been sent, for whoever tries the house on their own machine. */
import Router from '@koa/router'
import type { Assets } from '../pages/assets.ts'
import { safeText } from '../pages/safe-text.ts'
import { createTemplates } from '../pages/templates.ts'
import { PAGE_HEADERS } from '../security/headers.ts'
import { AppError } from '../shared/app-error.ts'
import { loopbackOnly } from './loopback-only.ts'
import { MAIL_POLICY } from './mail-policy.ts'

interface KeptMail {
  id: string
  /** Epoch milliseconds. */
  at: number
  to: string
  subject: string
  text: string
  html: string
}

export interface MailboxUse {
  assets: Assets
  mailbox: { list(): Promise<KeptMail[]>; find(id: string): Promise<KeptMail | undefined> }
  /** Whether mail goes to a server instead. */
  sent: boolean
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

export function createMailboxRouter({ assets, mailbox, sent }: MailboxUse): Router {
  const draw = createTemplates(['playground/mailbox', 'parts/icon'])
  const page = (mails: KeptMail[]): string =>
    draw('playground/mailbox', { asset: assets.href, sent, mails: mails.map(shown) })
  // Drawn once at boot, so that a broken template stops the start.
  page([{ id: '', at: 0, to: '', subject: '', text: '', html: '' }])

  const router = new Router({ sensitive: true })
  router.use(loopbackOnly())
  router.get('/dev/mailbox', async (ctx) => {
    ctx.set(PAGE_HEADERS)
    ctx.type = 'html'
    ctx.body = page(await mailbox.list())
  })
  router.get('/dev/mailbox/:id', async (ctx) => {
    const id = ctx['params']['id'] ?? ''
    const mail = UUID.test(id) ? await mailbox.find(id) : undefined
    if (mail === undefined) throw new AppError('not_found', 'There is nothing at this address.')
    ctx.set({ ...PAGE_HEADERS, 'content-security-policy': MAIL_POLICY })
    ctx.type = 'html'
    ctx.body = mail.html
  })
  return router
}

const shown = ({ id, at, to, subject, text }: KeptMail) => {
  const iso = new Date(at).toISOString()
  return {
    id,
    iso,
    time: iso.replace('T', ' '),
    to: safeText(to, 254),
    subject: safeText(subject, 200),
    text,
  }
}
