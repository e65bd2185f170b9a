import { hash } from 'node:crypto'
import type { ArtifactStore } from '../../../adapters/contract.ts'
import { newSecret } from '../../shared/ids.ts'
import { QUESTION_LIFE } from './passkey.ts'

/** What a browser was asked to make a passkey for. */
export interface Asked {
  /** Of a browser: whatever it alone goes on with. It is kept as a hash that nobody makes without the challenge. */
  by: string
  userHandle: string
  /** Without asking the person. */
  silent: boolean
}

export interface Questions {
  /** The challenge. */
  ask(asked: Asked): Promise<string>
  /** For exactly one answer; undefined where it is not theirs. */
  take(challenge: string, by: string): Promise<Omit<Asked, 'by'> | undefined>
}

export interface QuestionsUse {
  store: Pick<ArtifactStore, 'put' | 'get' | 'consume'>
  /** What the store knows a challenge by, under each pepper, the one in use first. */
  peppers: () => readonly { key(kind: string, value: string): string }[]
}

const MODEL = 'PasskeyQuestion'

export const createQuestions = ({ store, peppers }: QuestionsUse): Questions => ({
  ask: async ({ by, userHandle, silent }) => {
    const challenge = newSecret()
    const [under] = peppers()
    if (under === undefined) throw new Error('there is no pepper')
    const payload = { by: asker(challenge, by), userHandle, silent }
    await store.put(MODEL, under.key(MODEL, challenge), {
      payload,
      expiresIn: QUESTION_LIFE,
      singleUse: true,
    })
    return challenge
  },
  take: async (challenge, by) => {
    for (const under of peppers()) {
      const key = under.key(MODEL, challenge)
      const found = await store.get(MODEL, key)
      if (found === undefined || found.consumedFor !== undefined) continue
      if (!(await store.consume(MODEL, key))) return undefined
      const { by: asked, userHandle, silent } = found.payload
      if (asked !== asker(challenge, by)) return undefined
      return { userHandle: String(userHandle), silent: silent === true }
    }
    return undefined
  },
})

const asker = (challenge: string, by: string): string => hash('sha256', `${challenge} ${by}`, 'base64url')
