import type { CommandContext } from '../context.ts'

/** What was made, its secret this once. */
export function showSecret(
  { print, say }: CommandContext,
  made: Readonly<Record<string, string | readonly string[]>> & { secret: string },
  json: boolean,
): void {
  if (json) print(JSON.stringify(made, null, 2))
  else
    for (const [name, value] of Object.entries(made))
      print(`${name}: ${typeof value === 'string' ? value : value.join(', ')}`)
  say('The secret is shown this once: keep it now.')
}
