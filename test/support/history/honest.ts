/** Honest clients: each keeps one family, and asks again only for an answer that it did not get. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Caller, Conditions, Note, Reply } from './caller.ts'
import { type Call, refused } from './evidence.ts'
import type { Speaker } from './kinds.ts'
import type { Random } from './random.ts'
import type { Mishap } from './wire.ts'

export interface HonestUse {
  name: string
  speaker: Speaker
  caller: Caller
  random: Random
  /** How likely a request meets a mishap, and how likely it is sent twice. */
  mishaps: number
  repeats: number
  /** How likely a client signs out after a refresh. */
  leaves: number
  isOver: () => boolean
}

export interface Honest {
  readonly name: string
  readonly speaker: Speaker
  /** The sign-on session that it is in, and what it holds of it, the newest last. */
  readonly session: string
  readonly tokens: readonly string[]
  /** It does nothing until that is done: a laptop that sleeps. */
  sleep(until: Promise<unknown>): Promise<void>
  live(): Promise<void>
  /** Its calls have to be answered now; true when it holds a good token. */
  refreshOnce(): Promise<boolean>
  /** Whether its last tokens are live, where the server tells this client. */
  askOfTokens(): Promise<void>
  /** Presents what it has of sessions that have ended. */
  tryEnded(): Promise<void>
}

export function createHonest(use: HonestUse): Honest {
  const { name, speaker, caller, random } = use
  let [sessions, session, tokens] = [0, '', [] as string[]]
  let sleeping: Promise<unknown> = Promise.resolve()
  let asleep = Promise.withResolvers<void>()

  const ended: { session: string; token: string }[] = []

  const signIn = async (): Promise<void> => {
    const token = tokens.at(-1)
    if (token !== undefined) ended.push({ session, token })
    for (;;) {
      session = `${name}/${sessions++}`
      const token = await speaker.signIn(session).catch(() => undefined)
      if (token === undefined) await delay(random.between(50, 150))
      else {
        tokens = [token]
        return
      }
    }
  }
  const ask = async (token: string, conditions: Conditions, of = session): Promise<Reply | undefined> => {
    const about: Note = {
      ...{ kind: 'refresh', party: 'owner', client: name, session: of, input: token },
      ...(speaker.key && { key: speaker.key.jkt }),
      read: speaker.read,
    }
    for (;;) {
      const reply = await caller.call(about, await speaker.refresh(token), conditions)
      if (reply === undefined || !speaker.take(reply).nonceWanted) return reply
    }
  }
  /** The successor, or why there is none. */
  const next = async (token: string): Promise<string | 'refused' | undefined> => {
    const copies = random.chance(use.repeats) ? 2 : 1
    const asking = Array.from({ length: copies }, () =>
      ask(token, random.chance(use.mishaps) ? drawMishap(random) : {}),
    )
    const answers = asking.map(async (reply) => {
      const one = await reply
      const successor = one && speaker.take(one).token
      if (successor === undefined) throw new Error('no successor')
      return successor
    })
    const first = await Promise.any(answers).catch(() => undefined)
    if (first !== undefined) return first
    const replies = await Promise.all(asking)
    return replies.some((reply) => reply && isRefusal(reply)) ? 'refused' : undefined
  }
  const step = async (): Promise<boolean> => {
    const token = tokens.at(-1) ?? ''
    const successor = await next(token)
    if (successor === undefined) await delay(random.between(20, 80))
    else if (successor === 'refused') await signIn()
    else tokens.push(successor)
    return successor !== undefined && successor !== 'refused'
  }
  const leave = async (): Promise<void> => {
    const token = tokens.at(-1) ?? ''
    const { ends, ...message } = speaker.end(token)
    const about: Note = { kind: 'revoke', party: 'owner', client: name, session, input: token, ends }
    for (;;) {
      const reply = await caller.call(about, message)
      if (reply !== undefined && reply.status < 300) break
      await delay(random.between(20, 80))
    }
    await signIn()
  }
  return {
    name,
    speaker,
    get session() {
      return session
    },
    get tokens() {
      return tokens
    },
    sleep: async (until) => {
      asleep = Promise.withResolvers()
      sleeping = until
      await asleep.promise
    },
    live: async () => {
      await signIn()
      let isAnswered = true
      // Who rests while an answer is missing would ask again when the grace is over.
      while (!use.isOver() || !isAnswered) {
        asleep.resolve()
        await sleeping
        isAnswered = await step()
        if (isAnswered && random.chance(use.leaves)) await leave()
        await delay(random.between(0, 10))
      }
      asleep.resolve()
    },
    refreshOnce: async () => {
      for (let tries = 0; tries < 20; tries++) {
        const successor = await next(tokens.at(-1) ?? '')
        if (successor === 'refused') return false
        if (successor !== undefined) return tokens.push(successor) > 0
        await delay(100)
      }
      return false
    },
    tryEnded: async () => {
      for (const { session: of, token } of ended) await ask(token, {}, of)
    },
    askOfTokens: async () => {
      if (speaker.ask === undefined) return
      for (const token of tokens.slice(-3)) {
        const about: Note = { kind: 'introspect', party: 'owner', client: name, session, input: token }
        await caller.call({ ...about, read: readActive }, speaker.ask(token))
      }
    },
  }
}

const readActive = ({ text }: Reply): Pick<Call, 'active'> => ({
  active: (JSON.parse(text) as { active: boolean }).active,
})

const isRefusal = ({ status, text }: Reply): boolean => {
  const { error, code } = JSON.parse(text) as { error?: string; code?: string }
  return refused({ kind: 'refresh', status, error: error ?? code ?? '' } as Call)
}

export function drawMishap(random: Random): Conditions {
  const mishap = random.pick<(r: Random) => Mishap>([
    () => ({ kind: 'lose-request' }),
    () => ({ kind: 'lose-answer' }),
    (r) => ({ kind: 'cut-answer', bytes: r.between(0, 1_500) }),
    (r) => ({ kind: 'delay-request', ms: r.between(100, 700) }),
    (r) => ({ kind: 'delay-answer', ms: r.between(100, 700) }),
  ])(random)
  // Who waits has no use for a request that is too late; who does not has sent another one by then.
  return { mishap, patience: random.pick([150, 1_000]) }
}
