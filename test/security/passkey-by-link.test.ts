/** Somebody new has a one-time link: they may make a passkey by it instead of a password, and nobody else may. */
import { decodeJwt } from 'jose'
import { expect, it } from 'vitest'
import { type Agent, type Answer, hiddenFields } from '../support/agent.ts'
import { type Authenticator, createAuthenticator } from '../support/authenticator.ts'
import { agentOf, exchange, OWN, PERSON, SET_UP } from '../support/flows.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { challengeAt, csrfIn, withPasskey } from '../support/passkeys.ts'
import { withTotp } from '../support/second-factors.ts'
import { trailOf } from '../support/trail.ts'
import { commandWithin, setPasswordLink, within } from '../support/within.ts'
import { withoutFaults } from './answers.ts'
import { atPage, callbackAfter, OURS } from './browsers.ts'
import { dumpOf, textOf } from './dump.ts'

const PASSWORD = 'seven looms beside a window'

onBothStorages(
  (house) => {
    withoutFaults(house)

    interface Place {
      agent: Agent
      link: string
      page: Answer
    }
    const opened = async (link: string): Promise<Place> => {
      const agent = agentOf(house())
      return { agent, link, page: await agent.request(link) }
    }
    /** Somebody whom an operator has made, at their link. */
    const invited = async (name: string) => {
      const { stdout } = await commandWithin(house(), ['user', 'create', `${name}@example.com`])
      return opened(new URL(stdout.trim()).href)
    }
    const options = ({ agent, link, page }: Place) => challengeAt(agent, link, csrfIn(page.text))
    const answer = ({ agent, link, page }: Place, response: object) =>
      agent.submit(page, link, { response: JSON.stringify(response) })
    const make = async (place: Place, authenticator: Authenticator) =>
      answer(place, authenticator.make(await options(place)))
    const byPassword = ({ agent, link, page }: Place) => agent.submit(page, link, { password: PASSWORD })
    const methodsOf = (name: string) =>
      within(house(), async ({ accounts: { users, credentials } }) => {
        const account = await users.findByEmailKey(`${name}@example.com`)
        return account === undefined ? [] : (await credentials.of(account.id)).map(({ method }) => method)
      })
    const isOver = async ({ agent, link }: Place) => (await agent.request(link)).status === 400
    const REFUSED = [400, true]
    const refused = ({ status, text }: Answer) => [status, text.includes('The passkey wasn’t added.')]

    it('a passkey takes the place of a password, is told of, and opens the account from then on', async () => {
      const place = await invited('new')
      expect([place.page.status, place.page.text.includes('data-new-passkey')]).toEqual([200, true])
      const authenticator = createAuthenticator()
      const asked = await options(place)
      expect(asked).toMatchObject({ authenticatorSelection: { userVerification: 'required' } })
      const token = new URL(place.link).searchParams.get('token') ?? ''
      expect(textOf(await dumpOf(house())).includes(token)).toBe(false)
      const made = await answer(place, authenticator.make(asked))
      expect([made.status, made.text.includes('Your passkey is ready')]).toEqual([200, true])
      expect([await methodsOf('new'), await isOver(place)]).toEqual([['passkey'], true])
      const told = (await trailOf(house())).filter(({ personal }) => personal.name === 'new@example.com')
      const enrolled = told.find(({ event }) => event.type === 'mfa.enrolled')?.event
      expect(enrolled).toMatchObject({
        details: { method: 'passkey' },
        actor: `user:${enrolled?.['subject']}`,
      })
      const agent = agentOf(house())
      const { at, page, request } = await atPage(house(), agent, OWN)
      const question = await challengeAt(agent, at, csrfIn(page.text))
      const sent = await agent.submit(page, at, {
        method: 'passkey',
        response: JSON.stringify(authenticator.get(question)),
      })
      const code = (await callbackAfter(house(), agent, sent))?.searchParams.get('code') ?? ''
      const { id_token: idToken } = (await exchange(agent, OWN, code, request.verifier)).json()
      expect(decodeJwt(String(idToken))['acr']).toBe('urn:gatehouse:acr:phr')
    })

    it('of a passkey and a password at once, and of many passkeys, one counts', async () => {
      const place = await invited('both')
      const made = createAuthenticator().make(await options(place))
      await Promise.all([answer(place, made), byPassword(place)])
      expect([(await methodsOf('both')).length, await isOver(place)]).toEqual([1, true])
      const other = await invited('many')
      const all = await Promise.all(Array.from({ length: 4 }, () => options(other)))
      await Promise.all(all.map((asked) => answer(other, createAuthenticator().make(asked))))
      expect(await methodsOf('many')).toEqual(['passkey'])
    })

    it('A-507 the answer to another link’s question, or with a passkey that is somebody’s, spends nothing', async () => {
      const [place, other] = [await invited('first'), await invited('second')]
      const theirs = createAuthenticator().make(await options(other))
      expect(refused(await answer(place, theirs))).toEqual(REFUSED)
      const known = await withPasskey(house(), PERSON.email)
      const taken = await make(place, createAuthenticator({ id: known.id }))
      expect([taken.status, taken.text.includes('That passkey is here already.')]).toEqual([400, true])
      expect([await methodsOf('first'), await isOver(place)]).toEqual([[], false])
      expect((await make(place, createAuthenticator())).status).toBe(200)
      expect((await byPassword(other)).status).toBe(200)
    })

    it('A-461 by a link for an account that something opens already a password is set, and no passkey made', async () => {
      await withTotp(house(), 'grace@example.com')
      const place = await opened(await setPasswordLink(house(), 'grace@example.com'))
      expect(place.page.text).not.toContain('data-new-passkey')
      const form = { ...hiddenFields(place.page.text), action: 'challenge' }
      expect((await place.agent.request(place.link, { form, headers: OURS })).status).toBe(400)
      // One that was asked for while nothing opened it.
      const late = await invited('late')
      const made = createAuthenticator().make(await options(late))
      await withTotp(house(), 'late@example.com')
      for (const [there, response] of [
        [place, createAuthenticator().make({ ...(await options(await invited('lent'))) })],
        [late, made],
      ] as const)
        expect(refused(await answer(there, response))).toEqual(REFUSED)
      expect([await methodsOf('grace'), await methodsOf('late')]).toEqual([['password', 'totp'], ['totp']])
      expect((await byPassword(place)).status).toBe(200)
    })

    it('nothing is done by a form of another site, or of nobody’s', async () => {
      const place = await invited('forms')
      const response = JSON.stringify(createAuthenticator().make(await options(place)))
      const { csrf = '' } = hiddenFields(place.page.text)
      for (const [form, headers] of [
        [{ response }, OURS],
        [{ response, csrf }, { origin: 'https://evil.example' }],
      ] as const)
        expect((await place.agent.request(place.link, { form, headers })).status).toBe(403)
      expect(await methodsOf('forms')).toEqual([])
    })
  },
  { setUp: SET_UP },
)
