import { safeText } from '../safe-text.ts'
import { NAME, type ViewUse } from '../view.ts'

/** What a person would call their browser and its system; undefined where neither is known. */
export function deviceName(
  { browser, system }: { browser: string | undefined; system: string | undefined },
  use: ViewUse,
): string | undefined {
  if (browser !== undefined && system !== undefined)
    return use.t('account.device', { browser: safeText(browser, NAME), system: safeText(system, NAME) })
  return safeText(browser ?? system ?? '', NAME) || undefined
}
