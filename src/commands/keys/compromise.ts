import { setTimeout as delay } from 'node:timers/promises'
import { FIRST_PARTY } from '../../clients/client.ts'
import { rehashSecrets } from '../../clients/rehash-secrets.ts'
import type { Core } from '../../core.ts'
import { compromiseDataKeys, compromiseFieldKeys } from '../../keys/compromise-data-keys.ts'
import { KNOWN_WITHIN } from '../../keys/data-key-states.ts'
import { anySealedOtherwise, resealColumns } from '../../keys/reseal-columns.ts'
import type { DataKeyPurpose } from '../../keys/rows.ts'
import { whenReachable } from '../../state.ts'
import type { CommandContext } from '../context.ts'
import { endAccess } from '../end-access.ts'
import { BY_COMMAND } from '../origins.ts'
import { Refusal } from '../refusal.ts'
import { withState } from '../with-core.ts'
import { announce, sentenceOf } from './announce.ts'

/** What happens, said before it does. */
export const COMPROMISE_WORDS: Readonly<Record<DataKeyPurpose, string>> = {
  pepper:
    'Everybody is signed out: sessions, codes, refresh tokens, opaque access tokens and one-time links end. ' +
    'Signed access tokens live to their end, at most 15 minutes. Secrets of clients stay good.',
  cookie:
    'Every browser’s session with this server ends, and what stands on pages that are open can’t be sent. Refresh ' +
    'tokens of applications stay good.',
  refresh:
    'Every application’s refresh tokens and grants end: people are asked to sign in to it again. Browsers’ sessions ' +
    'with this server stay. Signed access tokens live to their end, at most 15 minutes.',
  field:
    'All encrypted fields (private signing keys, secrets of clients) are encrypted anew, then the old keys are ' +
    'refused. Nobody notices. What has leaked besides them must be replaced on its own.',
  audit:
    'Events from now on get their digests under a new key. With the old one and a dump, addresses and names that were ' +
    'erased from the audit trail can be guessed and tried.',
}

export const compromise = (core: Core, context: CommandContext, purpose: DataKeyPurpose): Promise<void> =>
  purpose === 'field' ? compromiseFields(core, context) : endOldKeys(core, context, purpose)

async function compromiseFields(core: Core, { say }: CommandContext): Promise<void> {
  const { sealer, sealedColumns } = core
  const outcome = await compromiseFieldKeys({
    ...core.dataKeys,
    announce: () => announce(core),
    settle: async () => {
      say('Waiting until every node knows the new key …')
      await delay(KNOWN_WITHIN)
    },
    reseal: async () => ({
      count: await resealColumns(sealer, sealedColumns),
      left: await anySealedOtherwise(sealer, sealedColumns),
    }),
  })()
  if (!outcome.ok) throw new Refusal(sentenceOf(outcome))
  await announce(core)
  say(
    `field ${outcome.number} is in use, ${outcome.count} fields are encrypted anew, the old keys are refused.`,
  )
}

async function endOldKeys(
  core: Core,
  { say }: CommandContext,
  purpose: Exclude<DataKeyPurpose, 'field'>,
): Promise<void> {
  await withState(core, async (state) => {
    await whenReachable(state)
    const old = core.keys.all(purpose).map(({ number }) => number)
    const outcome = await compromiseDataKeys(core.dataKeys)(purpose)
    if (!outcome.ok) throw new Refusal(sentenceOf(outcome))
    await announce(core)
    say(`${purpose} ${outcome.number} is in use, the old keys are refused.`)
    if (purpose === 'cookie' || purpose === 'audit') return
    const clients = (await core.clients.list()).map(({ clientId }) => clientId)
    const { grants } = await endAccess(core, state, { clients: [...clients, FIRST_PARTY] }, BY_COMMAND)
    say(`${grants} grants have ended.`)
    if (purpose === 'pepper') await tellSecrets(core, say, old)
  })
}

/** Who has the pepper and a dump can try secrets; those that people thought out can be found so. */
async function tellSecrets(
  core: Core,
  say: CommandContext['say'],
  peppers: readonly number[],
): Promise<void> {
  const names: string[] = []
  for (const pepper of peppers) names.push(...(await rehashSecrets(core, pepper)))
  if (names.length > 0)
    say(
      `Give new secrets to clients whose secrets were not made by a machine: with a dump of the database those can ` +
        `be guessed now. Clients with a secret of before: ${names.join(', ')}.`,
    )
}
