/**
 * Writes what people read about the configuration from what acts on it:
 * `node src/config/reference.ts > docs/configuration.md`, `… --example > .env.example`, and `… --check` for both.
 */
import { readFileSync } from 'node:fs'
import { FAULTS, WEAKNESSES } from './cross-checks.ts'
import { type Described, VARIABLES } from './env.ts'
import { LATER } from './later.ts'

type Named = readonly [name: string, variable: Described]

const INTRODUCTION = `# Configuration

Gatehouse is configured by environment variables. They are checked together before anything listens: every problem is
printed, a line each, and the process ends with exit code 78. \`gatehouse doctor\` shows what is in force and where each
value came from, secrets masked.

- Any variable may be given as \`NAME_FILE\` with the path of a file that holds the value; one line end at its end is cut.
- A variable that is set to nothing counts as unset.
- Durations are whole numbers with a unit: \`ms\`, \`s\`, \`m\`, \`h\`, \`d\`.
- A name that nearly is one of these (two letters away, six letters or more) gets a warning.

This page is made from the code (\`node src/config/reference.ts > docs/configuration.md\`).
`

const cell = (text: string) => text.replaceAll('|', '\\|')
const shownDefault = ({ default: text, unset }: Described) =>
  text === undefined ? `unset: ${unset ?? 'none'}` : `\`${text}\``

function table(variables: Iterable<Named>): string {
  const rows = [...variables].map(
    ([name, variable]) =>
      `| \`${name}\` | ${cell(shownDefault(variable))} | ${cell(variable.meaning)} | \`${cell(variable.example)}\` |\n`,
  )
  return `| name | default | meaning | example |\n| --- | --- | --- | --- |\n${rows.join('')}`
}

const list = (rules: readonly (readonly [string, string, ...unknown[]])[]) =>
  rules.map(([variable, message]) => `- \`${variable}\` ${message}.\n`).join('')

export const configurationPage = (): string =>
  `${INTRODUCTION}
## Variables
${table(Object.entries(VARIABLES))}
## Refused together
${list(FAULTS)}- \`NODE_OPTIONS\`, or Node’s command line, must not open a debugger or write dumps, and certificates must be checked
  (\`NODE_TLS_REJECT_UNAUTHORIZED\`), when NODE_ENV=production.

## Warned of
${list(WEAKNESSES)}
## Not available yet
These names are taken. Setting one has no effect but a warning.

${table(Object.entries(LATER))}`

function exampleLines([name, variable]: Named): string {
  const value = variable.secret === 'whole' ? '' : (variable.default ?? variable.example)
  return `# ${variable.meaning.replaceAll('`', '')}.\n# ${name}=${value}\n\n`
}

export const exampleFile = (): string =>
  `# Every variable with its default, or an example where the default is to be unset. docs/configuration.md tells more.
# Each may be given as NAME_FILE with a path instead.

${Object.entries(VARIABLES).map(exampleLines).join('')}# Not available yet, without effect:

${Object.entries(LATER).map(exampleLines).join('')}`
    .trimEnd()
    .concat('\n')

/** The generated files that no longer say what the code does. */
export function findStale(root: URL): string[] {
  const pages = { 'docs/configuration.md': configurationPage(), '.env.example': exampleFile() }
  return Object.entries(pages).flatMap(([path, text]) => {
    try {
      return readFileSync(new URL(path, root), 'utf8') === text ? [] : [path]
    } catch {
      return [path]
    }
  })
}

function main(argument: string | undefined): void {
  if (argument !== '--check') {
    process.stdout.write(argument === '--example' ? exampleFile() : configurationPage())
    return
  }
  const stale = findStale(new URL('../../', import.meta.url))
  if (stale.length === 0) return
  process.stderr.write(`${stale.join(', ')}: not what src/config says any more\n`)
  process.exitCode = 1
}

if (import.meta.main) main(process.argv[2])
