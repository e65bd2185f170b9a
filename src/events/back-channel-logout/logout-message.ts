/** A session's end as it waits to be told to one client: who and which, never a token, which is made when it is sent. */
import { z } from 'zod'
import type { NewMessage } from '../outbox-message.ts'

export const BACK_CHANNEL_LOGOUT = 'back-channel-logout'

export const logoutPayload = z.strictObject({ clientId: z.string(), sub: z.string(), sid: z.string() })

/** A client's part in a session: `sid` names the session to this client alone. */
export type Part = z.output<typeof logoutPayload>

/** A `sid` ends once: however many steps end its session, one message comes of them. */
export const logoutMessage = (part: Part, at: number): NewMessage => ({
  kind: BACK_CHANNEL_LOGOUT,
  payload: part,
  at,
  once: `logout ${part.clientId} ${part.sid}`,
})
