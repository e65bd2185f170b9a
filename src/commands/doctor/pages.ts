/** What the operator gave for the pages: the same look at it that the start takes. */
import type { Config } from '../../config/config.ts'
import { ConfigurationRefused } from '../../core.ts'
import { openLook, openMails, openPages, openTexts } from '../../face.ts'
import { EXIT } from '../exit-codes.ts'
import type { Verdict } from './verdict.ts'

export function* checkPages(config: Config): Iterable<Verdict> {
  const check = 'pages'
  if (config.viewsDir === undefined && config.brand.logo === undefined) return
  try {
    const look = openLook(config)
    openPages(config, look)
    openMails(config, look)
    openTexts(config, look)
    const own = look.views.replaced.length
    yield { check, status: 'ok', message: `${config.brand.name}, ${own} templates of your own` }
  } catch (error) {
    if (!(error instanceof ConfigurationRefused)) throw error
    for (const { variable, message } of error.problems)
      yield { check, status: 'fail', message: `${variable} ${message}`, exit: EXIT.configuration }
  }
}
