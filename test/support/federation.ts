/** People on their way to another provider and back. */
import { expect } from 'vitest'
import { linkIdentity } from '../../src/methods/identity/link.ts'
import type { Agent, Answer } from './agent.ts'
import { type AuthorizationRequest, agentOf, authorizationRequest, follow, OWN } from './flows.ts'
import type { House } from './house.ts'
import { type OpenIdProvider, SECRET_THERE } from './openid-provider.ts'
import { within } from './within.ts'

/** As `apply` takes it. */
export const connectorFor = (slug: string, { issuer }: Pick<OpenIdProvider, 'issuer'>) => ({
  ...{ slug, type: 'oidc', name: `${slug[0]?.toUpperCase()}${slug.slice(1)}` },
  config: { issuer, client_id: 'gatehouse', client_secret: SECRET_THERE, scope: 'openid email' },
})

/** Set up, and known to every node: on embedded storage they look again after a second. */
export async function setUpConnectors(
  house: House,
  connectors: readonly (ReturnType<typeof connectorFor> & { disabled?: boolean })[],
): Promise<void> {
  await house.apply({ version: 1, connectors })
  const offered = async (node: number): Promise<boolean[]> => {
    const agent = agentOf(house, node, { 'x-forwarded-for': nextAddress() })
    const { page } = await follow(agent, house.issuer, authorizationRequest(OWN).url)
    return connectors.map(({ slug }) => page.text.includes(`/federation/${slug}/login`))
  }
  const wanted = connectors.map(({ disabled }) => disabled !== true)
  for (const node of house.nodes.keys()) await expect.poll(() => offered(node), SOON).toEqual(wanted)
}

const SOON = { timeout: 10_000, interval: 100 }

/** A person has connected what they are there. */
export const openConnected = (
  house: House,
  slug: string,
  issuer: string,
  subject: string,
  email: string,
): Promise<void> =>
  within(house, async (core) => {
    const [account, connector] = [
      await core.accounts.users.findByEmailKey(email),
      await core.connectors.find(slug),
    ]
    if (account === undefined || connector === undefined) throw new Error(`no ${email}, or no ${slug}`)
    const identity = { connector: connector.id, issuer, subject }
    const outcome = await linkIdentity(core)(
      account,
      { identity, called: undefined, slug },
      { actor: 'test' },
    )
    if (outcome !== 'linked') throw new Error(`it is ${outcome}`)
  })

let visitors = 0
/** Each from a neighbourhood of its own. */
const nextAddress = (): string => {
  visitors += 1
  return `10.${visitors >> 8}.${visitors & 255}.7`
}

export interface Away {
  agent: Agent
  request: AuthorizationRequest
  /** Where the sign-in page is. */
  at: string
  /** What the provider was asked. */
  sent: URL
  /** Where it sends the browser back to. */
  back: URL
}

/** A new browser, at the sign-in page of a client, by the link to the provider, and there. */
export async function away(
  house: House,
  slug: string,
  provider: OpenIdProvider,
  { over = {}, address = nextAddress() }: { over?: Record<string, string>; address?: string } = {},
): Promise<Away> {
  const agent = agentOf(house, 0, { 'x-forwarded-for': address })
  const request = authorizationRequest(OWN, over)
  const { at, page } = await follow(agent, house.issuer, request.url)
  const link = new RegExp(`href="(/federation/${slug}/login\\?uid=[\\w-]+)"`).exec(page.text)?.[1]
  if (link === undefined) throw new Error(`no way to ${slug}: ${page.text}`)
  const { location } = await agent.request(link)
  if (location?.startsWith(provider.issuer) !== true) throw new Error(`the way leads to ${location}`)
  return { agent, request, at, sent: new URL(location), back: await provider.visit(location) }
}

/** Back from there, as far as the house leads. */
export const comeBack = async (house: House, agent: Agent, back: URL): Promise<Answer> =>
  (await follow(agent, house.issuer, back.href)).page
