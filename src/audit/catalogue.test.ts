import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { CATALOGUE } from './catalogue.ts'

const page = readFileSync(new URL('../../docs/audit.md', import.meta.url), 'utf8')

it('docs/audit.md lists every event as the catalogue has it, and no other', () => {
  const rows = page.split('\n').filter((line) => /^\| `[a-z_]+\.[a-z_]+` \|/.test(line))
  const expected = Object.entries(CATALOGUE).map(
    ([type, { outcome, says }]) => `| \`${type}\` | ${outcome} | ${says} |`,
  )
  expect(rows).toEqual(expected)
})

it('every type is an area and what happened there', () => {
  for (const type of Object.keys(CATALOGUE)) expect(type).toMatch(/^[a-z_]+\.[a-z_]*(?:ed|en|set)$/)
})
