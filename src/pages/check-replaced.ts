import { gallery } from './gallery.ts'
import type { Messages } from './messages.ts'
import type { Pages } from './pages.ts'
import { ViewFault, type ViewFiles } from './view-files.ts'

/** What a template of an operator's may draw as it likes, but not leave out. */
const NEEDED = [
  {
    what: 'the field',
    in: (html: string) => html.matchAll(/<(?:input|button|select|textarea)\b[^>]* name="([^"]*)"/g),
  },
  { what: 'the form to', in: (html: string) => html.matchAll(/<form\b[^>]* action="([^"]*)"/g) },
  // A way to sign in that is no button of a form.
  { what: 'the link to', in: (html: string) => html.matchAll(/<a\b[^>]* href="(\/federation\/[^"]*)"/g) },
]

/**
 * Holds pages with an operator's templates against ours: each has every field and form of ours, or it would not work, and
 * names the host, which people are told to look for. Throws at the first that doesn't.
 */
export function checkReplaced(
  theirs: Pages,
  ours: Pages,
  { views, messages, issuer }: { views: ViewFiles; messages: Messages; issuer: string },
): void {
  const [locale = ''] = messages.locales
  const { host } = new URL(issuer)
  const paths = views.replaced.map((name) => views.pathOf(`${name}.eta`)).join(', ')
  for (const state of gallery) {
    const [given, own] = [state.render(theirs, locale), state.render(ours, locale)]
    const refuse = (what: string): never => {
      throw new ViewFault(paths, `leaves out ${what} on the page ${state.id}`)
    }
    if (!text(given).includes(host)) refuse(`the host ${host}`)
    for (const needed of NEEDED) {
      const present = new Set([...needed.in(given)].map(([, name]) => name))
      for (const [, name] of needed.in(own)) if (!present.has(name)) refuse(`${needed.what} ${name}`)
    }
  }
}

const text = (html: string): string => html.replace(/<[^>]*>/g, ' ')
