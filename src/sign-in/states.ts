/**
 * A sign-in under way, from the first name or proof to the last. It is kept in short-lived state under the keyed hash of
 * what its browser or caller brings (the interaction's id, an `mfa_token`), sealed under that same value: who reads the
 * store learns no name, and who writes there proves nothing.
 */
import type { ArtifactStore, JsonObject } from '../../adapters/contract.ts'
import type { Assessed } from '../audit/assessment.ts'
import type { MethodId } from '../methods/method.ts'
import { AppError } from '../shared/app-error.ts'
import type { Proof } from './assurance.ts'

export interface SignInState {
  /** As it was typed: before anything is proven, nobody says whether there is such a name. */
  username?: string
  /** Whose it is, once something was proven. */
  sub?: string
  proofs: Proof[]
  /** The account's, when the first was: everything of its person was ended since where it is another. */
  epoch?: number
  /** The first ones are the session's, from before. */
  reused?: true
  /** Who is known already is asked anew, as what was proven was too long ago. */
  anew?: true
  /** What its risk was, at the first proof. */
  assessed?: Assessed
  /** The person's device asks for no second factor. */
  trusted?: boolean
  /** Something was added on the way, and its recovery codes wait to be seen before the sign-in is complete. */
  showsCodes?: true
  /** It is no sign-in, but goes on with this refresh token, of which a rule of risk spoke. */
  refreshToken?: string
  /** What the caller looked like that began it. */
  binding?: string | undefined
  /** "Stay signed in". */
  remember?: boolean
  /** The method whose form is shown. */
  method?: MethodId
  /** What each method has asked, and how often it may still be answered. */
  challenges?: Partial<Record<MethodId, Question>>
}

export interface Question {
  kept: JsonObject
  shown: JsonObject
  /** Epoch ms. */
  at: number
  tries: number
}

/** The keys that one pepper makes: see `provider/handles.ts`, which `app.ts` passes in. */
export interface Sealing {
  key(kind: string, value: string): string
  seal(kind: string, value: string, plaintext: string): string
  open(kind: string, value: string, sealed: string): string
}

export interface StatesUse {
  store: Pick<ArtifactStore, 'create' | 'replace' | 'get' | 'destroy'>
  /** Under which peppers a state may be, the one in use first. */
  peppers: () => readonly Sealing[]
}

export interface States {
  /** Undefined where nothing was kept yet. */
  read(id: string): Promise<SignInState | undefined>
  /**
   * Changes it in one step: `change` is asked again where somebody else was faster. What it resolves with; undefined
   * from it leaves the state alone.
   */
  change<T>(
    id: string,
    change: (state: SignInState) => { state?: SignInState; result: T },
    life: number,
  ): Promise<T>
  end(id: string): Promise<void>
}

const MODEL = 'SignIn'
/** Each lost swap means that somebody else has saved: a few rounds are enough. */
const ROUNDS = 20

export const EMPTY: SignInState = { proofs: [] }

export function createStates({ store, peppers }: StatesUse): States {
  const find = async (id: string) => {
    for (const under of peppers()) {
      const found = await store.get(MODEL, under.key(MODEL, id))
      if (found !== undefined) return { under, payload: found.payload, expiresIn: found.expiresIn }
    }
    return undefined
  }
  const reveal = (under: Sealing, id: string, { sealed }: JsonObject): SignInState =>
    JSON.parse(under.open(MODEL, id, String(sealed))) as SignInState
  return {
    read: async (id) => {
      const found = await find(id)
      return found && reveal(found.under, id, found.payload)
    },
    change: async (id, change, life) => {
      for (let round = 0; round < ROUNDS; round++) {
        const found = await find(id)
        const { state, result } = change(found === undefined ? EMPTY : reveal(found.under, id, found.payload))
        if (state === undefined) return result
        const [under] = found === undefined ? peppers() : [found.under]
        if (under === undefined) throw new Error('there is no pepper')
        const artifact = {
          payload: { sealed: under.seal(MODEL, id, JSON.stringify(state)) },
          expiresIn: found?.expiresIn ?? life,
        }
        const key = under.key(MODEL, id)
        // The first two at once, a name and what the page's script asks, are both kept.
        const isSaved =
          found === undefined
            ? await store.create(MODEL, key, artifact)
            : (await store.replace(MODEL, key, artifact, found.payload)) === 'replaced'
        if (isSaved) return result
      }
      throw new AppError('busy', 'Too much is going on with this sign-in. Try again in a moment.', {
        detail: 'a sign-in was changed by too many requests at once',
      })
    },
    end: async (id) => {
      for (const under of peppers()) await store.destroy(MODEL, under.key(MODEL, id))
    },
  }
}
