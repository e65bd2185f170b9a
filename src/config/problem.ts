/** One fault, as an operator needs it: where, what, and how it would be right. Never holds a secret's value. */
export interface Problem {
  variable: string
  message: string
  example: string
}

/** For the terminal, a line each; the caller exits with 78 (`EX_CONFIG` of sysexits.h). */
export const formatProblems = (problems: readonly Problem[]): string =>
  problems
    .map(({ variable, message, example }) => `${variable} ${message} (${variable}=${example})\n`)
    .join('')
