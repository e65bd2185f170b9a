/** How a grant lies in its string; `shared.lua` describes the lines. */
import type { Grant, GrantOwner, JsonObject, NewGrant } from '../contract.ts'
import { type Birth, grantFrom, type StoredFamily } from '../stored-grant.ts'
import { expand, shorten } from './phrases.ts'
import type { GrantReply } from './scripts.ts'

export interface GrantLines {
  state: string
  code: string
  family: string
  birth: string
}

export function linesOf(record: string): GrantLines {
  const [state = '', code = '', family = '', birth] = expand(record).split('\n')
  if (birth === undefined) throw new Error('what lies at a grant’s key is no grant')
  return { state, code, family, birth }
}

/** What never changes is one line; what many grants lack stands at its end, where it can be left out. */
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
  return shorten(JSON.stringify(birth))
}

export const writeFamily = (payload: JsonObject): string => shorten(JSON.stringify(payload))

export const readOwner = (birth: string): GrantOwner => ownerIn(JSON.parse(expand(birth)) as Birth)

const ownerIn = ([account, client, session, , , device = '', organization = '']: Birth): GrantOwner => ({
  account,
  client,
  session,
  device,
  organization,
})

export function readGrantReply([readAt, run, expiresAt, record]: GrantReply): Grant {
  const { state, code, family, birth } = linesOf(record)
  const born: Birth = JSON.parse(birth)
  const [, , , content, codePayload] = born
  const [key = '', expires, bornIn, consumedEarlierBy] = code.split(' ')
  const codeExpiresAt = Number(expires)
  const writtenIn = state.split(' ')[3] ?? SAME
  return grantFrom({
    readAt,
    run,
    bornIn: Number(bornIn),
    writtenIn: Number(writtenIn === SAME ? bornIn : writtenIn),
    ...ownerIn(born),
    content,
    expiresAt,
    code: {
      key,
      payload: codePayload,
      expiresAt: codeExpiresAt,
      consumedAt: consumedEarlierBy === undefined ? undefined : codeExpiresAt - Number(consumedEarlierBy),
    },
    family: family === '' ? undefined : readFamily(family, state),
  })
}

/** The state's run, where it is the code's. */
const SAME = '='

function readFamily(payload: string, state: string): StoredFamily {
  const [number, current, endsLaterBy, _run, uses = ''] = state.split(' ')
  const currentExpiresAt = Number(current)
  return {
    number: Number(number),
    uses,
    payload: JSON.parse(payload),
    currentExpiresAt,
    endsAt: currentExpiresAt + Number(endsLaterBy),
  }
}
