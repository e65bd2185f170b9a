/** What another policy would have made of what was recorded: the rules that spoke are in the events, only the outcome is new. */
import type { TrailRepository } from '../../audit/trail-repository.ts'
import { gravest } from '../../security/risk/assess.ts'
import type { Policy } from '../../security/risk/registry.ts'
import { RISK_OUTCOMES, type RiskOutcome } from '../../telemetry/metric-labels.ts'
import { visible } from '../../telemetry/scrub.ts'
import type { CommandContext } from '../context.ts'
import { showTable } from '../show-table.ts'
import { ASSESSED, type AssessedEvent, assessedEvent } from './assessed-events.ts'

export interface ReplayOptions {
  policy: Policy
  /** Epoch ms. */
  since: number
  json: boolean
}

interface Replayed extends AssessedEvent {
  was: RiskOutcome
  would: RiskOutcome
}

type Counts = Record<RiskOutcome, number>

export async function replay(
  trail: Pick<TrailRepository, 'page'>,
  { print }: CommandContext,
  { policy, since, json }: ReplayOptions,
): Promise<void> {
  const [before, after]: [Counts, Counts] = [none(), none()]
  const changed: Replayed[] = []
  for await (const event of assessedSince(trail, since)) {
    const { outcome, spoke } = event.assessment
    const would = gravest(spoke.map(({ rule }) => policy[rule]))
    before[outcome] += 1
    after[would] += 1
    if (would !== outcome) changed.push({ ...event, was: outcome, would })
  }
  changed.sort((a, b) => Date.parse(a.record.time) - Date.parse(b.record.time))
  if (json) print(JSON.stringify(toJson(since, before, after, changed)))
  else print(inWords(since, before, after, changed).join('\n'))
}

const none = (): Counts => ({ allow: 0, notify: 0, step_up: 0, deny: 0 })

const PAGE = 1000

async function* assessedSince(
  trail: Pick<TrailRepository, 'page'>,
  since: number,
): AsyncGenerator<AssessedEvent> {
  for (const type of ASSESSED) {
    for (let last = 0, length = PAGE; length === PAGE; ) {
      const rows = await trail.page('main', last, PAGE, { type, since })
      for (const row of rows) {
        const event = assessedEvent(row)
        if (event !== undefined) yield event
      }
      length = rows.length
      last = rows.at(-1)?.sequence ?? last
    }
  }
}

const rank = (outcome: RiskOutcome): number => RISK_OUTCOMES.indexOf(outcome)
const stopped = ({ would }: Replayed): boolean => would === 'deny'
const askedMore = ({ was, would }: Replayed): boolean => would !== 'deny' && rank(would) > rank(was)
const askedLess = ({ was, would }: Replayed): boolean => rank(would) < rank(was)

const HEAD = ['TIME', 'EVENT', 'PERSON', 'ADDRESS', 'COUNTRY', 'WAS', 'WOULD BE', 'RULES', 'REQUEST']
const LONGEST = 300

function inWords(since: number, before: Counts, after: Counts, changed: readonly Replayed[]): string[] {
  const total = Object.values(before).reduce((sum, count) => sum + count, 0)
  const row = (name: string, counts: Counts) => [name, ...RISK_OUTCOMES.map((one) => String(counts[one]))]
  const rows = changed.map(({ record, assessment, address, who, was, would }) =>
    [
      ...[record.time, record.type, who, address ?? '', record.country ?? '', was, would],
      ...[assessment.spoke.map(({ rule }) => rule).join(' '), record.request_id ?? ''],
    ].map((cell) => visible(cell, LONGEST)),
  )
  return [
    `${total} assessments since ${new Date(since).toISOString()}:`,
    showTable([['', ...RISK_OUTCOMES], row('was', before), row('would be', after)]),
    `${changed.filter(stopped).length} more would have been stopped, ${changed.filter(askedMore).length} asked or told more, ${changed.filter(askedLess).length} less.`,
    ...(rows.length === 0 ? [] : [showTable([HEAD, ...rows])]),
  ]
}

const toJson = (since: number, before: Counts, after: Counts, changed: readonly Replayed[]) => ({
  since: new Date(since).toISOString(),
  was: before,
  would: after,
  stopped: changed.filter(stopped).length,
  asked_more: changed.filter(askedMore).length,
  asked_less: changed.filter(askedLess).length,
  changed: changed.map(({ record, assessment, address, who, was, would }) => ({
    ...{ time: record.time, event: record.type, request_id: record.request_id, person: who },
    ...{ subject: record.subject, client: record.client, session: record.session },
    ...{ address, country: record.country, was, would },
    rules: assessment.spoke.map(({ rule }) => rule),
  })),
})
