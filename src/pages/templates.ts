/**
 * The only door to `eta`. Every template is compiled at boot, so a missing or broken one stops the start rather
 * than a sign-in. Output is escaped; `<%~` is for other templates only, never for data (a test reads them all).
 */
import { readFileSync } from 'node:fs'
import { Eta } from 'eta/core'
import { OUR_VIEWS, ViewFault, type ViewFiles } from './view-files.ts'

const TEMPLATES = [
  'layout',
  'parts/account',
  'parts/alert',
  'parts/brand',
  'parts/client',
  'parts/document-head',
  'parts/icon',
  'parts/kept-passkey',
  'parts/foot',
  'parts/new-app',
  'parts/new-app-code',
  'parts/new-codes',
  'parts/new-passkey',
  'parts/not-you',
  'parts/passkey',
  'parts/password',
  'parts/rich',
  'parts/sill',
  'parts/ways',
  'interaction/sign-in',
  'interaction/password',
  'interaction/enrol',
  'interaction/enrol-codes',
  'interaction/consent',
  'interaction/logout',
  'interaction/logged-out',
  'interaction/form-post',
  'interaction/going-on',
  'self-service/account/activity',
  'self-service/account/applications',
  'self-service/account/delete',
  'self-service/account/email',
  'self-service/account/identities',
  'self-service/account/passkeys',
  'self-service/account/authenticator',
  'self-service/account/overview',
  'self-service/account/password',
  'self-service/account/phone',
  'self-service/account/profile',
  'self-service/account/recovery-codes',
  'self-service/account/sessions',
  'self-service/account/shell',
  'self-service/account/verify-email',
  'methods/code',
  'methods/passkey',
  'self-service/not-me',
  'self-service/register',
  'self-service/register-confirm',
  'self-service/reset',
  'self-service/after',
  'self-service/confirm',
  'self-service/set-password',
  'self-service/set-password-done',
  'errors/error',
] as const

export type TemplateName = (typeof TEMPLATES)[number]

export type Draw<Name extends string = TemplateName> = (template: Name, data: object) => string

export const compileTemplates = (views?: ViewFiles): Draw => createTemplates(TEMPLATES, views)

/** For a page that stands outside the hosted ones; it names the parts it includes as well. */
export function createTemplates<Name extends string>(
  names: readonly Name[],
  views: ViewFiles = OUR_VIEWS,
): Draw<Name> {
  const eta = new Eta({ functionHeader: 'const { t, asset } = it' })
  const pathOf = (name: string): string => views.pathOf(`${name}.eta`)
  for (const name of names) {
    try {
      eta.loadTemplate(name, readFileSync(pathOf(name), 'utf8'))
    } catch (cause) {
      throw new ViewFault(pathOf(name), 'is missing or broken', cause)
    }
  }
  // A template draws those that it includes by the same function: the innermost that fails is named.
  const draw = eta.render.bind(eta)
  eta.render = (name, data, meta) => {
    try {
      return draw(name, data, meta)
    } catch (cause) {
      if (cause instanceof ViewFault || typeof name !== 'string') throw cause
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new ViewFault(pathOf(name), `can’t be drawn: ${why}`, cause)
    }
  }
  return (template, data) => eta.render(template, data)
}
