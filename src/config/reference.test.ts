import { expect, test } from 'vitest'
import { VARIABLES } from './env.ts'
import { configurationPage, exampleFile, findStale } from './reference.ts'

test('docs/configuration.md and .env.example say what the code does (node src/config/reference.ts)', () => {
  expect(findStale(new URL('../../', import.meta.url))).toEqual([])
})

test('every variable stands in both', () => {
  for (const name of Object.keys(VARIABLES)) {
    expect(configurationPage()).toContain(`| \`${name}\` |`)
    expect(exampleFile()).toContain(`\n# ${name}=`)
  }
})

test('every default and every example but the generated key is a good value', () => {
  const { MASTER_KEY, ...others } = VARIABLES
  for (const [name, variable] of Object.entries(others)) {
    expect([name, variable.schema.safeParse(variable.example).success]).toEqual([name, true])
    if ('default' in variable) expect(variable.schema.safeParse(variable.default).success).toBe(true)
  }
  expect(MASTER_KEY.schema.safeParse(MASTER_KEY.example).success).toBe(false)
})

test('the example file, taken as it is, sets nothing', () => {
  const set = exampleFile()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  expect(set).toEqual([])
})
