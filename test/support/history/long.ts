/**
 * `npm run test:history -- --calls 20000 --seed 7`: the history test with as much as there is time for. What is not said
 * stands in `options.ts`, the seed is drawn.
 */
import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { TAKEN, variableOf } from './options.ts'

const RUN = new URL('../run.ts', import.meta.url).pathname

const { values } = parseArgs({
  options: Object.fromEntries(TAKEN.map((name) => [name, { type: 'string' } as const])),
})
const given = Object.entries(values).map(([name, value]) => [variableOf(name), String(value)])
const { status } = spawnSync(process.execPath, [RUN, '--project', 'house', 'test/history/history.test.ts'], {
  stdio: 'inherit',
  env: { [variableOf('seed')]: String(randomInt(1e9)), ...process.env, ...Object.fromEntries(given) },
})
process.exitCode = status ?? 1
