import type { Core } from '../../core.ts'
import { KNOWN_WITHIN } from '../../keys/data-key-states.ts'
import { rotateDataKey } from '../../keys/rotate-data-key.ts'
import type { DataKeyPurpose } from '../../keys/rows.ts'
import type { CommandContext } from '../context.ts'
import { Refusal } from '../refusal.ts'
import { announce, at, sentenceOf } from './announce.ts'

export async function rotate(
  core: Core,
  { say }: CommandContext,
  purpose: DataKeyPurpose,
  usableIn: number,
): Promise<void> {
  const outcome = await rotateDataKey(core.dataKeys)(purpose, usableIn)
  if (!outcome.ok) throw new Refusal(sentenceOf(outcome))
  await announce(core)
  say(`${purpose} ${outcome.number} is announced, and in use from ${at(outcome.usableFrom)}.`)
  if (usableIn < KNOWN_WITHIN)
    say('A node that misses the notice refuses for some seconds what the others make with it.')
}
