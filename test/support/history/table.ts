/** What happened in a run, for people. */
import type { Call, Evidence, Violation } from './evidence.ts'
import { theftsIn } from './laws.ts'
import type { Run, RunOptions } from './run.ts'

/** Of each law. */
const SHOWN = 8

export function tableOf(options: RunOptions, run: Run, violations: readonly Violation[]): string {
  const { evidence, happened, seconds, log } = run
  const { calls } = evidence
  const { stolen, found } = theftsIn(evidence)
  const count = (is: (call: Call) => boolean): number => calls.filter(is).length
  const lines: [string, unknown][] = [
    ['seed', options.seed],
    ['calls', `${calls.length} in ${Math.round(seconds)} s, ${Math.round(calls.length / seconds)} a second`],
    ['of them redemptions', count(({ kind }) => kind === 'redeem')],
    ['answers lost', count(({ status }) => status === undefined)],
    ['answered 503', count(({ status }) => status === 503)],
    ['answered 500', count(({ status }) => status === 500)],
    ['what went wrong', [...happened].map(([fault, times]) => `${fault} ${times}`).join(', ')],
    ['repeats', times(log, '"outcome":"repeat"')],
    ['late', times(log, '"reason":"late"')],
    ['caught up with', times(log, '"outcome":"behind"')],
    ['unheard', times(log, '"event":"token.unheard"')],
    ['thefts found', `${found.length} of ${stolen.length}`],
    ['sessions', new Set(calls.map(({ session }) => session)).size],
    ['signed out by the end', run.signedOut.length],
    ['violations', byLaw(violations)],
  ]
  const rows = lines.map(([name, value]) => `| ${name} | ${value} |`)
  const few = [...Map.groupBy(violations, ({ law }) => law).values()].flatMap((all) => all.slice(0, SHOWN))
  const told = few.map(
    (one) => `${one.law} ${one.says}\n${showCalls(calls, one)}\n${showTrail(evidence, one)}`,
  )
  const failed = calls.filter(({ status }) => status === 500).map(({ id }) => id)
  const errors = log.split('\n').filter((line) => failed.some((id) => line.includes(id)))
  return `\n${['| history | |', '| --- | --- |', ...rows, '', ...told, ...errors].join('\n')}\n`
}

const ORDINARY = new Set(['token.issued', 'token.refreshed'])

/** What else the trail says of the sessions of these calls. */
function showTrail({ calls, trail }: Evidence, { calls: ids }: Violation): string {
  const sessions = new Set(calls.filter(({ id }) => ids.includes(id)).map(({ session }) => session))
  const theirs = new Map(calls.filter(({ session }) => sessions.has(session)).map((call) => [call.id, call]))
  return trail
    .flatMap(({ type, requestId, time }) => {
      const call = theirs.get(requestId)
      if (call === undefined || ORDINARY.has(type)) return []
      return [`  ${time % 1e7} ${type} ${call.party} ${call.kind} ${call.input} from ${call.start % 1e7}`]
    })
    .join('\n')
}

const times = (log: string, words: string): number => log.split(words).length - 1

function byLaw(violations: readonly Violation[]): string {
  const laws = Map.groupBy(violations, ({ law }) => law)
  return violations.length === 0 ? 'none' : [...laws].map(([law, all]) => `${law}: ${all.length}`).join(', ')
}

/** All that presented the same, in order: the way it came about. */
function showCalls(calls: readonly Call[], { calls: ids }: Violation): string {
  const inputs = new Set(calls.filter(({ id }) => ids.includes(id)).map(({ input }) => input))
  return calls
    .filter(({ input, output = '' }) => inputs.has(input) || inputs.has(output))
    .toSorted((a, b) => a.start - b.start)
    .slice(0, 30)
    .map(({ id, start, end, kind, party, client, node, input, output, status, error = '' }) =>
      [
        ids.includes(id) ? '>' : ' ',
        start % 1e7,
        end - start,
        node,
        client,
        party,
        kind,
        input,
        '→',
        status,
        error,
        output,
        id,
      ].join(' '),
    )
    .join('\n')
}
