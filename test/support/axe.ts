/** What axe-core objects to on a page. */
import { readFileSync } from 'node:fs'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')

/** All that it knows in light; in dark, where only colours differ, what it knows of those. */
const RULES = {
  light: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  dark: ['color-contrast'],
}

export async function violations(page: Page, colorScheme: keyof typeof RULES): Promise<string[]> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await page.evaluate(AXE)
  const options = JSON.stringify({ resultTypes: ['violations'], runOnly: RULES[colorScheme] })
  const results: AxeResults = await page.evaluate(`axe.run(document, ${options})`)
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}
