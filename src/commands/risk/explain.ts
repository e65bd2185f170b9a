import type { TrailRepository } from '../../audit/trail-repository.ts'
import { RULES } from '../../security/risk/registry.ts'
import { visible } from '../../telemetry/scrub.ts'
import type { CommandContext } from '../context.ts'
import { Refusal } from '../refusal.ts'
import { ASSESSED, type AssessedEvent, assessedEvent } from './assessed-events.ts'
import { knownInWords } from './in-words.ts'

const MOST = 20
const LONGEST = 1000

/** Rejects where nothing was weighed in the request, or nothing is kept of it any more. */
export async function explain(
  trail: Pick<TrailRepository, 'newest'>,
  { print }: CommandContext,
  requestId: string,
  json: boolean,
): Promise<void> {
  const rows = await trail.newest({ requestId }, MOST)
  const found = rows
    .filter(({ type }) => ASSESSED.some((one) => one === type))
    .flatMap((row) => assessedEvent(row) ?? [])
  if (found.length === 0) throw new Refusal(`No assessment of a request ${requestId} is in the audit trail.`)
  for (const event of found)
    print(
      json
        ? JSON.stringify(toJson(event))
        : inWords(event)
            .map((line) => visible(line, LONGEST))
            .join('\n'),
    )
}

const WHATS: Readonly<Record<string, string>> = {
  'login.succeeded': 'A sign-in',
  'login.failed': 'A sign-in with the right password that was refused',
  'risk.noticed': 'A refresh',
}

function inWords({ record, assessment, address, who }: AssessedEvent): string[] {
  const { known, spoke, outcome } = assessment
  const from = address === undefined ? '' : `, from ${address}`
  return [
    `${WHATS[record.type] ?? record.type} of ${who}, ${record.time}${from}`,
    'What was known:',
    ...knownInWords(known),
    spoke.length === 0 ? 'No rule spoke.' : 'Rules that spoke:',
    ...spoke.map(({ rule, outcome: follows }) => `  ${rule} → ${follows}: ${RULES[rule].because(known)}`),
    `Decided: ${outcome}`,
  ]
}

const toJson = ({ record, assessment: { known, spoke, outcome }, address, who }: AssessedEvent) => ({
  event: record.type,
  time: record.time,
  request_id: record.request_id,
  person: who,
  subject: record.subject,
  client: record.client,
  session: record.session,
  address,
  known,
  rules: spoke.map(({ rule, outcome: follows }) => ({
    rule,
    outcome: follows,
    reason: RULES[rule].because(known),
  })),
  decided: outcome,
})
