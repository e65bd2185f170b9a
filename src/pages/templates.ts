/**
 * The only door to `eta`. Every template is compiled at boot, so a missing or broken one stops the start rather
 * than a sign-in. Output is escaped; `<%~` is for other templates only, never for data (a test reads them all).
 */
import { readFileSync } from 'node:fs'
import { Eta } from 'eta/core'

const TEMPLATES = [
  'layout',
  'parts/account',
  'parts/alert',
  'parts/client',
  'parts/document-head',
  'parts/icon',
  'parts/languages',
  'parts/password',
  'parts/rich',
  'interaction/sign-in',
  'interaction/consent',
  'interaction/logout',
  'interaction/logged-out',
  'interaction/form-post',
  'self-service/account/applications',
  'self-service/account/overview',
  'self-service/account/password',
  'self-service/account/sessions',
  'self-service/account/shell',
  'self-service/not-me',
  'self-service/register',
  'self-service/register-confirm',
  'self-service/reset',
  'self-service/after',
  'self-service/set-password',
  'self-service/set-password-done',
  'errors/error',
  'notice',
] as const

export type TemplateName = (typeof TEMPLATES)[number]

export type Draw<Name extends string = TemplateName> = (template: Name, data: object) => string

const FOLDER = new URL('../../views/', import.meta.url)

export const compileTemplates = (): Draw => createTemplates(TEMPLATES)

/** For a page that stands outside the hosted ones; it names the parts it includes as well. */
export function createTemplates<Name extends string>(names: readonly Name[]): Draw<Name> {
  const eta = new Eta({ functionHeader: 'const { t, asset } = it' })
  for (const name of names) {
    try {
      eta.loadTemplate(name, readFileSync(new URL(`${name}.eta`, FOLDER), 'utf8'))
    } catch (cause) {
      throw new Error(`The template views/${name}.eta is missing or broken`, { cause })
    }
  }
  return (template, data) => eta.render(template, data)
}
