import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { createProgram } from './run.ts'

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')

const program = await createProgram(
  [],
  () => {
    throw new Error('no command is run here')
  },
  () => {},
)

function leaves(command: Command, name = ''): [string, Command][] {
  const inner = command.commands.flatMap((child) => leaves(child, `${name} ${child.name()}`.trim()))
  return inner.length > 0 ? inner : [[name, command]]
}

const sectionOf = (name: string): string =>
  page.split(/^## /m).find((section) => section.startsWith(`${name.split(' ')[0]}\n`)) ?? ''

test.each(leaves(program))('docs/cli.md names "%s" and its options', (name, command) => {
  expect(sectionOf(name)).toMatch(new RegExp(`\`(gatehouse )?${name}\\b`))
  for (const { long } of command.options) expect(sectionOf(name)).toContain(`${long}`)
})

test('docs/cli.md names no command and no option that is not there', () => {
  const options = new Set(leaves(program).flatMap(([, command]) => command.options.map(({ long }) => long)))
  const named = new Set(page.match(/--[a-z][a-z-]*/g))
  named.delete('--help')
  expect([...named].filter((option) => !options.has(option))).toEqual([])
  const names = leaves(program).map(([name]) => name)
  const rows = [...page.matchAll(/^\| `((?:user|client|keys) [a-z-]+)/gm)].map(([, name]) => name)
  expect(rows.filter((name) => !names.includes(name ?? ''))).toEqual([])
  expect(rows).toHaveLength(names.filter((name) => /^(user|client|keys) /.test(name)).length)
})
