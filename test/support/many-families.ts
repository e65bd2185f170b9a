/** Thousands of signed-in clients for tests of load: copies of one family, made where its state is kept. */
import { createEvent, toStored } from '../../src/audit/event.ts'
import { createHandles } from '../../src/provider/handles.ts'
import { createRefreshTokenFormat } from '../../src/provider/refresh-token.ts'
import { newSecret } from '../../src/shared/ids.ts'
import type { House } from './house.ts'
import { withinState } from './within.ts'

const HOUR = 3_600_000
const ISSUED = {
  type: 'token.issued',
  details: { grant_type: 'authorization_code', scope: 'openid' },
} as const

/** First tokens of new families of the same client and scope, and of the same person and session unless told otherwise. */
export const familiesLike = (
  house: House,
  refreshToken: string,
  count: number,
  { ofOthers = false } = {},
): Promise<string[]> =>
  withinState(house, async ({ keys, clock }, state) => {
    const [handles, format] = [createHandles(keys), createRefreshTokenFormat(keys)]
    const { family = '' } = format.decode(refreshToken) ?? {}
    const model = await state.grants.read(handles.inUse().grantKey(family))
    if (model?.family === undefined || model.code === undefined) throw new Error('no such family')
    const { content, code, family: one, readAt: _, expiresIn: __, ...same } = model
    const { payload } = one
    const copy = async (): Promise<string> => {
      const id = handles.newGrantId()
      const other = () => ({ account: newSecret(16), session: newSecret(), device: newSecret(16) })
      const owner = { ...same, ...(ofOthers && other()) }
      const [key, codeKey] = [handles.inUse().grantKey(id), handles.inUse().key('AuthorizationCode', id)]
      await state.grants.create(key, {
        ...owner,
        content,
        code: { key: codeKey, payload: code.payload, expiresIn: HOUR },
      })
      await state.grants.redeem(key, {
        ...owner,
        codeKey,
        grantExpiresIn: HOUR,
        family: { payload, currentExpiresIn: HOUR, endsIn: HOUR },
        notAfter: Number.MAX_SAFE_INTEGER,
        event: toStored(createEvent({}, ISSUED, clock.now())),
      })
      return format.first(id)
    }
    const tokens: string[] = []
    // In portions: a store answers within its time or not at all.
    while (tokens.length < count)
      tokens.push(...(await Promise.all(Array.from({ length: Math.min(200, count - tokens.length) }, copy))))
    return tokens
  })
