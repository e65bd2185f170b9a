import type { Grant, GrantIndex, StateStore } from '../../adapters/contract.ts'

/** What a client was given in one session: its refresh-token family, or an authorization without one. */
export interface GivenAccess {
  account: string
  client: string
  session: string
  /** How often its refresh token has rotated; undefined without one. */
  rotations: number | undefined
  /** Epoch ms, by the store's clock. */
  signedInAt: number | undefined
  endsAt: number
}

/** Of one account, client or session, in batches and in no order. */
export async function* listSessions(
  { grants }: Pick<StateStore, 'grants'>,
  index: GrantIndex,
  value: string,
): AsyncGenerator<GivenAccess> {
  for await (const batch of grants.list(index, value)) yield* batch.map(shown)
}

function shown(grant: Grant): GivenAccess {
  const { account, client, session, family, code, readAt } = grant
  const authTime = (family?.payload ?? code?.payload)?.['authTime']
  return {
    account,
    client,
    session,
    rotations: family?.number,
    signedInAt: typeof authTime === 'number' ? authTime * 1000 : undefined,
    endsAt: readAt + (family?.endsIn ?? grant.expiresIn),
  }
}
