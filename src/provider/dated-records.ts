/** What lasts without a grant, and ends with everything of its person or its client: sessions, clients' own tokens. */
import type { AdapterPayload, KoaContextWithOIDC } from 'oidc-provider'
import type { JsonObject } from '../../adapters/contract.ts'
import { type Epochs, isCurrentRecord, ownerOfRecord } from './epochs.ts'
import { type SignOns, signInOf, signOnIn, writeSignOn } from './sign-ons.ts'

export interface DatedRecordsUse {
  ctx: () => KoaContextWithOIDC | undefined
  epochs: Epochs
  signOns: SignOns
  /** Somebody has signed in in a browser. */
  onSignedIn: (session: {
    id: string
    account: string
    device: string
    organization: string
  }) => Promise<void>
}

export interface DatedRecords {
  /** What is kept with a record besides its payload. `former`: what the request has loaded. */
  bornAt(payload: AdapterPayload, former: JsonObject | undefined): Promise<JsonObject>
  isCurrent(record: JsonObject): Promise<boolean>
}

const DATED = new Set(['Session', 'ClientCredentials'])

export function createDatedRecords(model: string, use: DatedRecordsUse): DatedRecords {
  const { ctx, epochs, signOns, onSignedIn } = use
  if (!DATED.has(model)) return { bornAt: async () => ({}), isCurrent: async () => true }
  return {
    bornAt: async (payload, former) => {
      const request = ctx()
      const completed = request !== undefined && signInOf(request) !== undefined
      const before = isSame(payload, former) ? former : undefined
      const signOn = before === undefined || completed ? signOns.of(request) : signOnIn(before)
      const { uid, accountId } = payload
      if (model === 'Session' && completed && uid !== undefined && accountId !== undefined)
        await onSignedIn({ id: uid, account: accountId, ...signOn })
      const kept = writeSignOn(signOn)
      // Saved again it is no younger than it was, whatever value it has by now.
      if (before?.['accountId'] !== undefined) return { epochs: before['epochs'], ...kept }
      return { epochs: await epochs.now(ownerOfRecord({ ...payload, ...kept } as JsonObject)), ...kept }
    },
    isCurrent: (record) => isCurrentRecord(epochs, record),
  }
}

const isSame = ({ uid, accountId }: AdapterPayload, former: JsonObject | undefined): boolean =>
  former !== undefined && former['uid'] === uid && former['accountId'] === accountId
