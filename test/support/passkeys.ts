/** People with passkeys, enrolled by the house's own use case, and what they do at its pages. */
import { askForPasskey, enrolPasskey } from '../../src/methods/passkey/enrol.ts'
import { createQuestions } from '../../src/methods/passkey/questions.ts'
import { relyingPartyOf } from '../../src/methods/passkey/relying-party.ts'
import { createHandles } from '../../src/provider/handles.ts'
import type { Agent } from './agent.ts'
import { hiddenFields } from './agent.ts'
import { type Authenticator, createAuthenticator, type Options } from './authenticator.ts'
import type { House } from './house.ts'
import { withinState } from './within.ts'

/** A new authenticator that this person has a passkey on. */
export const withPasskey = (
  house: House,
  email: string,
  authenticator: Authenticator = createAuthenticator(),
): Promise<Authenticator> =>
  withinState(house, async (core, state) => {
    const person = await core.accounts.users.findPersonByEmailKey(email)
    if (person === undefined) throw new Error(`no account ${email}`)
    const relyingParty = relyingPartyOf(core.config)
    const { peppers } = createHandles(core.keys)
    const questions = createQuestions({ store: state.artifacts, peppers })
    const options = await askForPasskey({ questions, relyingParty })(person, { by: 'test', silent: false })
    const response = authenticator.make(options)
    const enrol = enrolPasskey({ ...core, questions, relyingParty })
    const enrolled = await enrol(person.account, { by: 'test', response }, {})
    if (typeof enrolled === 'string') throw new Error(`the passkey was ${enrolled}`)
    return authenticator
  })

/** As the page's script asks. */
export async function challengeAt(agent: Agent, at: string, csrf: string): Promise<Options> {
  const answer = await agent.request(at, {
    form: { csrf, action: 'challenge', method: 'passkey' },
    headers: { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' },
  })
  return answer.json()['challenge'] as Options
}

export const csrfIn = (text: string): string => hiddenFields(text)['csrf'] ?? ''
