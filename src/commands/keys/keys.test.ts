import { CommanderError } from 'commander'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../config/config.ts'
import { EXIT } from '../exit-codes.ts'
import { createProgram } from '../run.ts'

/** What is said to somebody who asks for what there isn't, before anything is opened. */
async function saidTo(args: readonly string[]): Promise<{ code: number; said: string }> {
  const argv = ['node', 'gatehouse', 'keys', ...args]
  const outcome = { code: 0, said: '' }
  const say = (text: string): void => {
    outcome.said += text
  }
  const read = parseConfig({}, () => '')
  if (!read.ok) throw new Error(read.problems[0]?.message)
  const program = await createProgram(
    argv,
    () => ({ config: read.config, say, print: say }),
    (code) => {
      outcome.code = code
    },
  )
  const [keys] = program.commands
  for (const command of keys?.commands ?? []) command.configureOutput({ writeErr: say })
  await program.parseAsync(argv).catch((error: unknown) => {
    if (!(error instanceof CommanderError)) throw error
    outcome.code = EXIT.usage
  })
  return outcome
}

describe('gatehouse keys', () => {
  it.each([
    [['rotate', 'ES256'], /signing keys this is not available/],
    [['compromise', 'some-kid', '--yes'], /not available/],
    [['compromise', 'pepper'], /Everybody is signed out/],
    [['rewrap'], /could not start again/],
    [['rotate', 'cookie', '--in', 'soon'], /such as/],
  ])('%j is a mistake, and says why', async (args, words) => {
    expect(await saidTo(args)).toEqual({ code: EXIT.usage, said: expect.stringMatching(words) })
  })
})
