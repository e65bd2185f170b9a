/** Which command was asked for, and what an error of one means to the shell. Nothing else. */
import { runCommand } from './commands/run.ts'

process.exitCode = await runCommand(process.argv)
