import { rehashSecrets } from '../../clients/rehash-secrets.ts'
import type { Core } from '../../core.ts'
import { anySealedOtherwise, resealColumns } from '../../keys/reseal-columns.ts'
import { type RetireOutcome, retireDataKey } from '../../keys/retire-data-key.ts'
import type { DataKeyPurpose } from '../../keys/rows.ts'
import type { CommandContext } from '../context.ts'
import { Refusal } from '../refusal.ts'
import { announce, at } from './announce.ts'

export async function retire(
  core: Core,
  { say }: CommandContext,
  purpose: DataKeyPurpose,
  number: number,
): Promise<void> {
  const outcome = await retireDataKey({ ...core.dataKeys, free: freeing(core) })(purpose, number)
  if (!outcome.ok) throw new Refusal(sentenceOf(outcome, `${purpose} ${number}`))
  await announce(core)
  say(`${purpose} ${number} is retired, and every copy of it deleted.`)
}

const freeing =
  (core: Core) =>
  async (purpose: DataKeyPurpose, number: number): Promise<readonly string[]> => {
    if (purpose === 'pepper') return rehashSecrets(core, number)
    if (purpose !== 'field') return []
    await resealColumns(core.sealer, core.sealedColumns)
    return (await anySealedOtherwise(core.sealer, core.sealedColumns)) ? ['encrypted fields'] : []
  }

function sentenceOf(outcome: RetireOutcome & { ok: false }, name: string): string {
  switch (outcome.reason) {
    case 'unknown':
      return `There is no data key ${name}.`
    case 'retired':
      return `${name} is retired already.`
    case 'in_use':
      return `${name} is in use: gatehouse keys rotate brings a new one first.`
    case 'needed':
      return `What was made with ${name} may live until ${at(outcome.until)}: not before.`
    case 'used_by':
      return (
        `${name} is still needed by ${outcome.names.join(', ')}. A client’s secret moves to the new pepper when it ` +
        'is next used; a client that is no longer used can be deleted, or be given a new secret.'
      )
  }
}
