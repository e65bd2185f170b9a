/** Whether anybody still waits for the answer, and who it is about. A verdict without a listener would hit the wrong one. */
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Grant } from '../../adapters/contract.ts'

/** A request older than this has no listener any more: its client has long gone on. */
export const HEARD_FOR = 5000

/** The client has closed its connection, or the proxy in front of us has, when its own client did. */
export const gone = ({ req, res }: Pick<KoaContextWithOIDC, 'req' | 'res'>): boolean =>
  req.socket.destroyed || req.socket.readableEnded || res.destroyed

/** The store's time (epoch ms) until which this request may change something; 0: none. `grant`: as it was read first. */
export const heardUntil = (ctx: KoaContextWithOIDC, grant: Pick<Grant, 'readAt'>): number =>
  gone(ctx) ? 0 : grant.readAt + HEARD_FOR

export const aboutGrant = ({ account: subject, client, session }: Grant) => ({
  ...{ subject, client, session },
  actor: `client:${client}`,
})
