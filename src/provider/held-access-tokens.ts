/**
 * Who signs out at the first-party API shows an access token, which may be for a resource and so is none for userinfo.
 * The house asks its library here instead, by a request of its own; from outside there is nothing at this address.
 */
import { errors, type Provider } from 'oidc-provider'
import { FIRST_PARTY } from '../clients/client.ts'
import type { InsideRequests } from './inside-requests.ts'
import { answerHolders } from './internals.ts'
import { HELD_ACCESS_TOKEN } from './routes.ts'

/** `{grant}`: the id of the grant of a living access token of the first-party API. */
export function answerForHeldAccessTokens(provider: Provider, inside: Pick<InsideRequests, 'made'>): void {
  const admits = ({ req }: { req: Parameters<typeof inside.made>[0] }): boolean => inside.made(req)
  answerHolders(provider, HELD_ACCESS_TOKEN, admits, async (ctx) => {
    const { AccessToken: token, Client: client } = ctx.oidc.entities
    if (client?.clientId !== FIRST_PARTY) throw new errors.InvalidToken('a token of another client')
    // Without an audience it is for this server itself. With one, for what the page's tokens are for now.
    if (token?.aud !== undefined && token.aud !== client['tokens_for'])
      throw new errors.InvalidToken('a token for something else')
    ctx.body = { grant: token?.grantId }
  })
}
