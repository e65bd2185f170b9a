/** How a grant lies in its hash; `shared.lua` describes the fields. */
import type { Grant, GrantOwner, NewGrant } from '../contract.ts'
import { type Birth, grantFrom, type StoredFamily } from '../stored-grant.ts'
import type { GrantReply } from './scripts.ts'

/** What never changes is one field. */
export function writeBirth({ account, client, session, content, code }: NewGrant): string {
  const birth: Birth = [account, client, session, content, code.payload]
  return JSON.stringify(birth)
}

export function readOwner(birth: string): GrantOwner {
  const [account, client, session]: Birth = JSON.parse(birth)
  return { account, client, session }
}

export function readGrantReply([readAt, run, expiresAt, birth, code, payload, state]: GrantReply): Grant {
  const [account, client, session, content, codePayload]: Birth = JSON.parse(birth)
  const [key = '', codeExpiresAt, bornIn, consumedAt] = code.split(' ')
  return grantFrom({
    readAt,
    run,
    bornIn: Number(bornIn),
    writtenIn: Number(state?.split(' ')[3] ?? bornIn),
    account,
    client,
    session,
    content,
    expiresAt,
    code: {
      key,
      payload: codePayload,
      expiresAt: Number(codeExpiresAt),
      consumedAt: consumedAt === undefined ? undefined : Number(consumedAt),
    },
    family: payload === null || state === null ? undefined : readFamily(payload, state),
  })
}

function readFamily(payload: string, state: string): StoredFamily {
  const [number, currentExpiresAt, endsAt, _run, uses = ''] = state.split(' ')
  return {
    number: Number(number),
    uses,
    payload: JSON.parse(payload),
    currentExpiresAt: Number(currentExpiresAt),
    endsAt: Number(endsAt),
  }
}
