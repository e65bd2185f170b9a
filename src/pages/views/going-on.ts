/**
 * On to somebody else's pages. A form of ours may not lead there (`form-action` of the content security policy), not even by
 * a redirect: so its answer is this page, whose `Refresh` header goes on at once, without script. The link is for whom it
 * doesn't.
 */
import type { GoingOnModel } from '../models.ts'
import { destination } from '../safe-link.ts'
import { namePiece, type View, type ViewUse } from '../view.ts'

export function goingOn({ to }: GoingOnModel, use: ViewUse): View {
  const href = use.links.outside(to.href)
  if (href === undefined || href.startsWith('mailto:')) throw new Error('It leads on to a web address only')
  return {
    template: 'interaction/going-on',
    title: use.t('going-on.title'),
    data: {
      href,
      heading: use.rich('going-on.heading', { connector: namePiece(to.name) }),
      text: use.rich('form-post.text', { host: { as: 'host', text: destination(href) } }),
    },
  }
}
