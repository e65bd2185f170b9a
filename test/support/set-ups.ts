/** Files for `apply`, carried out on a house. */
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { House, RunResult } from './house.ts'
import { commandWithin } from './within.ts'

async function onFile(document: object, run: (file: string) => Promise<RunResult>): Promise<RunResult> {
  const file = join(tmpdir(), `gatehouse-apply-${crypto.randomUUID()}.yaml`)
  await writeFile(file, stringify({ version: 1, ...document }))
  try {
    return await run(file)
  } finally {
    await rm(file)
  }
}

export const apply = (
  house: House,
  document: object,
  flags: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<RunResult> => onFile(document, (file) => commandWithin(house, ['apply', file, ...flags], { env }))

/** As a process of its own: it alone takes secrets from an environment, and answers with a code for every error. */
export const startApply: typeof apply = (house, document, flags = [], env = {}) =>
  onFile(document, (file) => house.run(['apply', file, ...flags], { env }))
