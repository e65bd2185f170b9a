/** Thieves: each has a copy of what an honest client holds, its secret included, but never its key. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Caller, Reply } from './caller.ts'
import type { Honest } from './honest.ts'

export interface TheftUse {
  caller: Caller
  /** `REFRESH_REUSE_GRACE`, ms. */
  window: number
  name: string
}

/** A little more than twice the grace: by then an old token is reuse without any doubt. */
const longAfter = (window: number): number => 2 * window + 200

export type Theft = (use: TheftUse, victim: Honest) => Promise<void>

/** An old token is found in a backup, long after its use. */
export const useAnOldOne: Theft = async (use, victim) => {
  const { session } = victim
  while (victim.session === session && victim.tokens.length < 3) await delay(20)
  const old = victim.tokens.at(-2)
  if (victim.session !== session || old === undefined) return useAnOldOne(use, victim)
  await delay(longAfter(use.window))
  await present(use, victim, session, old)
}

/** The current token is taken from a laptop that sleeps; its owner comes back much later. */
export const useTheCurrentOne: Theft = async (use, victim) => {
  const waking = Promise.withResolvers<void>()
  await victim.sleep(waking.promise)
  const { session } = victim
  let token = victim.tokens.at(-1) ?? ''
  for (let turn = 0; turn < 2; turn++) {
    const reply = await present(use, victim, session, token)
    token = victim.speaker.take(reply).token ?? token
  }
  await delay(longAfter(use.window))
  waking.resolve()
  await delay(500)
  await present(use, victim, session, token)
}

/** Tokens that are bound to a key, old and current, without the key. */
export const useThoseOfAKey: Theft = async (use, victim) => {
  for (let turn = 0; turn < 5; turn++) {
    const { session, tokens } = victim
    for (const token of tokens.slice(-3)) await present(use, victim, session, token)
    await delay(100)
  }
}

async function present(
  { caller, name }: TheftUse,
  { speaker }: Honest,
  session: string,
  token: string,
): Promise<Reply> {
  const about = { kind: 'refresh', party: 'thief', client: name, session, input: token } as const
  for (;;) {
    const reply = await caller.call({ ...about, read: speaker.read }, await speaker.refresh(token, 'thief'))
    if (reply !== undefined && reply.status < 500) return reply
    await delay(50)
  }
}
