/** People and guessers at addresses of their own, as a proxy in front reports them. */
import type { Agent, Answer } from '../support/agent.ts'
import { agentOf, OWN } from '../support/flows.ts'
import type { House } from '../support/house.ts'
import { atPage } from './browsers.ts'

/** For houses that believe the last hop. */
export const BEHIND_PROXY = { TRUST_PROXY: '1' }
export const WRONG = 'a wrong password 0815'

export const browserAt = (
  house: House,
  address: string,
  node = 0,
  headers: Record<string, string> = {},
): Agent => agentOf(house, node, { 'x-forwarded-for': address, ...headers })

export const times = <T>(count: number, one: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => one(n)))

/** Opens the sign-in page and sends it once. */
export async function guess(house: House, agent: Agent, username: string, password = WRONG): Promise<Answer> {
  const { at, page } = await atPage(house, agent, OWN, { prompt: 'login' })
  return agent.submit(page, at, { username, password })
}

/** One after the other, at the nodes in turn. */
export async function guesses(
  house: House,
  count: number,
  next: (n: number) => { address: string; username: string },
): Promise<Answer[]> {
  const answers: Answer[] = []
  for (let n = 0; n < count; n++) {
    const { address, username } = next(n)
    answers.push(await guess(house, browserAt(house, address, n % house.nodes.length), username))
  }
  return answers
}

export const retryAfter = (answer: Answer): number => Number(answer.headers.get('retry-after') ?? Number.NaN)

/** `"login_account";r=0;t=898`: which limiter said no. */
export const limiterOf = (answer: Answer): string | undefined =>
  /^"(\w+)";r=0;t=\d+$/.exec(answer.headers.get('ratelimit') ?? '')?.[1]
