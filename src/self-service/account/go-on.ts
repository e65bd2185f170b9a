import type { GoingOnModel } from '../../pages/models.ts'
import type { PageContext, ShowPage } from '../../pages/respond.ts'

/**
 * The answer to a form whose way leads elsewhere: a page that goes on by itself, as no form of ours may be redirected there
 * (`form-action`). The page refuses what is no web address, so that no header is set of it.
 */
export function goOn(showPage: ShowPage, ctx: PageContext, to: GoingOnModel['to']): void {
  showPage(ctx, 'going-on', { to })
  // As the URL parser spells it, there is no line's end in it, and nothing but ASCII.
  ctx.set({ refresh: `0;url=${new URL(to.href).href}` })
}
