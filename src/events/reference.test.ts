import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { eventsPage } from './reference.ts'

it('docs/events.md is what the catalogue says', () => {
  expect(readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8')).toBe(eventsPage())
})
