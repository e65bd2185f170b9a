/**
 * The pages people see. A model goes through its view (which cleans and words it) into its template (which draws
 * and escapes it) and the one layout round all. Creating the pages draws each of their states once, so that a missing
 * template, picture, message or placeholder stops the boot.
 */
import type { Assets } from './assets.ts'
import { type Brand, createBrand, OWN_BRAND } from './brand.ts'
import { gallery } from './gallery.ts'
import type { Locale, Messages, Piece } from './messages.ts'
import type { PageModels, PageName } from './models.ts'
import { createLinks } from './safe-link.ts'
import { compileTemplates } from './templates.ts'
import { type View, type ViewUse, wordsFor } from './view.ts'
import { OUR_VIEWS, type ViewFiles } from './view-files.ts'
import { accountActivity } from './views/account-activity.ts'
import { accountApplications } from './views/account-applications.ts'
import { accountAuthenticator } from './views/account-authenticator.ts'
import { accountEmail, accountVerifyEmail } from './views/account-email.ts'
import { accountIdentities } from './views/account-identities.ts'
import { accountOverview } from './views/account-overview.ts'
import { accountPasskeys } from './views/account-passkeys.ts'
import { accountPassword } from './views/account-password.ts'
import { accountPhone } from './views/account-phone.ts'
import { accountProfile } from './views/account-profile.ts'
import { accountRecoveryCodes } from './views/account-recovery-codes.ts'
import { accountSessions } from './views/account-sessions.ts'
import { emailChanged, emailConfirm, emailUndo, emailWaiting } from './views/change-email.ts'
import { code } from './views/code.ts'
import { consent } from './views/consent.ts'
import { accountDelete, accountDeleted, accountKeep, accountKept } from './views/delete-account.ts'
import { enrol, enrolCodes } from './views/enrol.ts'
import { error } from './views/error.ts'
import { formPost } from './views/form-post.ts'
import { goingOn } from './views/going-on.ts'
import { loggedOut, logout } from './views/logout.ts'
import { notMe } from './views/not-me.ts'
import { passkey } from './views/passkey.ts'
import { password } from './views/password.ts'
import { register, registerConfirm, registerDone, registerSent } from './views/register.ts'
import { reset, resetDone, resetSent } from './views/reset.ts'
import { resetPassword, setPassword, setPasswordDone } from './views/set-password.ts'
import { signIn } from './views/sign-in.ts'

export interface Pages {
  /** A whole HTML document. `again` is the query with which a GET of its path shows it again. */
  render<N extends PageName>(
    name: N,
    locale: Locale,
    model: PageModels[N],
    again?: Readonly<Record<string, string>>,
  ): string
}

interface PagesUse {
  /** Its host stands in the sill of every page. */
  issuer: string
  assets: Assets
  messages: Messages
  production: boolean
  brand?: Brand
  views?: ViewFiles
}

const VIEWS: { [N in PageName]: (model: PageModels[N], use: ViewUse) => View } = {
  'sign-in': signIn,
  password,
  code,
  passkey,
  enrol,
  'enrol-codes': enrolCodes,
  'not-me': notMe,
  register,
  'register-sent': registerSent,
  'register-confirm': registerConfirm,
  'register-done': registerDone,
  'email-confirm': emailConfirm,
  'email-waiting': emailWaiting,
  'email-changed': emailChanged,
  'email-undo': emailUndo,
  reset,
  'reset-sent': resetSent,
  'reset-password': resetPassword,
  'reset-done': resetDone,
  'set-password': setPassword,
  'set-password-done': setPasswordDone,
  consent,
  logout,
  'logged-out': loggedOut,
  error,
  'form-post': formPost,
  'going-on': goingOn,
  account: accountOverview,
  'account-profile': accountProfile,
  'account-email': accountEmail,
  'account-delete': accountDelete,
  'account-deleted': accountDeleted,
  'account-keep': accountKeep,
  'account-kept': accountKept,
  'account-verify-email': accountVerifyEmail,
  'account-passkeys': accountPasskeys,
  'account-identities': accountIdentities,
  'account-authenticator': accountAuthenticator,
  'account-phone': accountPhone,
  'account-recovery-codes': accountRecoveryCodes,
  'account-sessions': accountSessions,
  'account-applications': accountApplications,
  'account-password': accountPassword,
  'account-activity': accountActivity,
}

export function createPages(use: PagesUse): Pages {
  const { brand = createBrand(OWN_BRAND), views } = use
  const draw = compileTemplates(views)
  const links = createLinks(use)
  const home = new URL(use.issuer)
  const host: Piece = { as: 'host', text: home.host }

  const pages: Pages = {
    render: (name, locale, model, again) => {
      const zone = 'frame' in model ? model.frame.zone : undefined
      const words = wordsFor(locale, { ...use, links, host }, zone)
      const helpers = { t: words.t, asset: use.assets.href }
      const view = VIEWS[name](model, words)
      const body = draw(view.template, { ...helpers, ...view.data })
      const languages = languageSwitch(view.again ? {} : again, locale, use.messages)
      return draw(view.account === undefined ? 'layout' : 'self-service/account/shell', {
        ...{ ...helpers, ...frame(view, locale, use.messages), ...view.account },
        ...{ languages, brand, host, home, body, bringing: bringing(body), waits: waits(view, body) },
      })
    },
  }
  // Our own are drawn by their tests.
  if (views !== undefined && views !== OUR_VIEWS)
    for (const state of gallery) for (const locale of use.messages.locales) state.render(pages, locale)
  return pages
}

/** Scripts by what they take the place of; nobody's text can look like it, as it is escaped. */
const BROUGHT = { 'passkey.js': '<template data-passkey>', 'new-passkey.js': '<template data-new-passkey' }

/** What `forms.js` changes before anybody sees it; else the page need not wait for it. */
const FORM_CHANGES = /<template data-(?:reveal|copy|download|print)| data-wait=/

const waits = ({ script }: View, body: string): boolean =>
  script === 'form-post.js' || FORM_CHANGES.test(body)

const bringing = (body: string): string[] =>
  Object.entries(BROUGHT).flatMap(([script, template]) => (body.includes(template) ? script : []))

function frame(view: View, locale: Locale, messages: Messages): object {
  const { title, failed, broad, script } = view
  return {
    locale,
    dir: messages.dir(locale),
    title: failed ? messages.t(locale, 'layout.failed', { title }) : title,
    broad,
    script,
  }
}

/** Empty where there is nothing to choose, or no address that shows the page again. */
function languageSwitch(again: object | undefined, locale: Locale, messages: Messages): object[] {
  if (again === undefined || messages.locales.length < 2) return []
  return messages.locales.map((tag) => ({
    tag,
    href: `?${new URLSearchParams({ ...again, ui_locales: tag })}`,
    name: messages.ownName(tag),
    current: tag === locale,
  }))
}
