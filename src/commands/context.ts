import type { Command } from 'commander'
import type { Config } from '../config/config.ts'

export interface CommandContext {
  config: Config
  /** For people: stderr. */
  say(text: string): void
  /** The result: stdout. */
  print(text: string): void
}

/** Adds a command to the program; `open` reads the configuration, `end` sets the exit code. */
export type AddCommand = (program: Command, open: () => CommandContext, end: (code: number) => void) => void
