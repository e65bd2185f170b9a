import { agentOf, PERSON, PORTAL, refresh, signIn } from './flows.ts'
import type { House } from './house.ts'

/** Somebody else has a copy of a person's refresh token, and uses it after them: on all given nodes at once. */
export async function stealAndUse(
  house: House,
  nodes: readonly string[],
  person = PERSON,
): Promise<number[]> {
  const agent = agentOf(house)
  const { tokens } = await signIn(house, agent, PORTAL, undefined, person)
  const honest = await refresh(agent, PORTAL, tokens.refresh_token)
  const answers = await Promise.all(nodes.map((node) => refresh(agent, PORTAL, tokens.refresh_token, node)))
  return [honest, ...answers].map(({ status }) => status)
}
