import type { Grant, StateStore } from '../../../adapters/contract.ts'
import type { Core } from '../../core.ts'
import { createLookUps } from '../../look-ups.ts'
import { createEpochs, isCurrentGrant, isCurrentRecord } from '../../provider/epochs.ts'
import { aliasesOf } from '../../revocation.ts'
import type { KnownDevice } from '../../sessions/devices-repository.ts'
import { fromGrant, type GivenAccess, listAccess } from '../../sessions/list-access.ts'
import { createLookUpCache } from '../../shared/look-up-cache.ts'
import { whenReachable } from '../../state.ts'
import type { CommandContext } from '../context.ts'
import { showTable } from '../show-table.ts'
import { withState } from '../with-core.ts'
import { type Aim, findTarget } from './target.ts'

export async function listOf(core: Core, { print }: CommandContext, aim: Aim, json: boolean): Promise<void> {
  await withState(core, async (state) => {
    await whenReachable(state)
    const lookUps = createLookUps(core)
    const devices = createLookUpCache({ load: core.devices.find, ttlMs: 60_000, clock: core.clock })
    const all = []
    for await (const given of await found(core, state, aim, createEpochs({ ...core, ...lookUps }))) {
      const email = (await lookUps.findAccount(given.account))?.email ?? ''
      const device = await devices.find(given.device)
      if (json) print(JSON.stringify(record(given, email, device)))
      else all.push(row(given, email, device))
    }
    if (!json) print(showTable([HEAD, ...all]))
  })
}

async function found(core: Core, state: StateStore, aim: Aim, epochs: ReturnType<typeof createEpochs>) {
  const target = await findTarget(core, state, aim)
  const counts = (key: string, grant: Grant) => isCurrentGrant(epochs, key, grant)
  if (target.kind === 'family') return oneFamily(state, target.value, counts)
  return listAccess(
    {
      state,
      sessions: core.sessions,
      aliasesOf: aliasesOf(core),
      counts,
      sessionCounts: (session) => isCurrentRecord(epochs, session),
    },
    target.kind,
    target.value,
  )
}

async function* oneFamily(
  { grants }: StateStore,
  key: string,
  counts: (key: string, grant: Grant) => Promise<boolean>,
): AsyncGenerator<GivenAccess> {
  const grant = await grants.read(key)
  if (grant !== undefined && (await counts(key, grant))) yield fromGrant({ ...grant, key })
}

const HEAD = [
  'EMAIL',
  'CLIENT',
  'DEVICE',
  'ADDRESS',
  'SIGNED IN',
  'LAST SEEN',
  'ENDS',
  'ROTATIONS',
  'SESSION',
  'FAMILY',
]

const time = (at: number | undefined): string | null =>
  at === undefined ? null : new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')

const labelOf = ({ label, browser, system }: KnownDevice): string =>
  label ?? [browser, system].filter((part) => part !== undefined).join(', ')

/** The device is seen at sign-in, the family when it rotates. */
const lastSeen = ({ lastSeenAt, signedInAt }: GivenAccess, device: KnownDevice | undefined) =>
  Math.max(lastSeenAt ?? 0, signedInAt ?? 0, device?.lastSeenAt ?? 0) || undefined

const row = (given: GivenAccess, email: string, device: KnownDevice | undefined): string[] => [
  email,
  given.client ?? '',
  device === undefined ? '' : labelOf(device),
  device?.address ?? '',
  time(given.signedInAt) ?? '',
  time(lastSeen(given, device)) ?? '',
  time(given.endsAt) ?? '',
  String(given.rotations ?? ''),
  given.session,
  given.family ?? '',
]

const record = (given: GivenAccess, email: string, device: KnownDevice | undefined) => ({
  sub: given.account,
  email,
  client_id: given.client ?? null,
  session: given.session,
  family: given.family ?? null,
  organization: given.organization || null,
  device: given.device || null,
  device_label: device?.label ?? null,
  browser: device?.browser ?? null,
  system: device?.system ?? null,
  kind: device?.kind ?? null,
  address: device?.address ?? null,
  country: device?.country ?? null,
  signed_in_at: time(given.signedInAt),
  last_seen_at: time(lastSeen(given, device)),
  rotations: given.rotations ?? null,
  ends_at: time(given.endsAt),
})
