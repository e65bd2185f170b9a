import type { Seen } from '../mail-models.ts'
import { coded, type Fact, named } from '../mail-parts.ts'
import type { ViewUse } from '../view.ts'

/** On what it was done, as far as that is known; `unknown` stands for a browser and a system that are not. */
export function seenFacts(
  { browser, system, address, country }: Seen,
  use: ViewUse,
  unknown?: string,
): (Fact | undefined)[] {
  const fact = (key: 'browser' | 'system' | 'address' | 'country', value: Fact['value'] | undefined) =>
    value && { label: use.t(`mail.device.${key}`), value }
  const called = (name: string | undefined) => (name === undefined ? undefined : named(name))
  return [
    fact('browser', called(browser ?? unknown)),
    fact('system', called(system ?? unknown)),
    fact('address', address === undefined ? undefined : coded(address)),
    fact('country', country === undefined ? undefined : named(use.country(country))),
  ]
}
