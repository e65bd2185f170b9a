/** How a grant lies in its hash; `shared.lua` describes the fields. */
import type { Grant, GrantOwner, NewGrant } from '../contract.ts'
import { type Birth, grantFrom, type StoredFamily } from '../stored-grant.ts'
import type { GrantReply } from './scripts.ts'

/** What never changes is one field; what many grants lack stands at its end, where it can be left out. */
export function writeBirth({
  account,
  client,
  session,
  device,
  organization,
  content,
  code,
}: NewGrant): string {
  const birth: Birth = [account, client, session, content, code.payload]
  if (device !== '' || organization !== '') birth.push(device)
  if (organization !== '') birth.push(organization)
  return JSON.stringify(birth)
}

export const readOwner = (birth: string): GrantOwner => ownerIn(JSON.parse(birth) as Birth)

const ownerIn = ([account, client, session, , , device = '', organization = '']: Birth): GrantOwner => ({
  account,
  client,
  session,
  device,
  organization,
})

export function readGrantReply([readAt, run, expiresAt, birth, code, payload, state]: GrantReply): Grant {
  const born: Birth = JSON.parse(birth)
  const [, , , content, codePayload] = born
  const [key = '', codeExpiresAt, bornIn, consumedAt] = code.split(' ')
  return grantFrom({
    readAt,
    run,
    bornIn: Number(bornIn),
    writtenIn: Number(state?.split(' ')[3] ?? bornIn),
    ...ownerIn(born),
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
