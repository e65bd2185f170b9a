/** Passkeys are added, renamed and removed by their person, and by nobody else. */
import { expect, it } from 'vitest'
import { csrfOf, openAccount, sendForm } from '../support/account.ts'
import type { Agent } from '../support/agent.ts'
import {
  type Authenticator,
  BS,
  createAuthenticator,
  es256,
  type NewLies,
  type Options,
  UP,
  UV,
} from '../support/authenticator.ts'
import { SET_UP } from '../support/flows.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { challengeAt, withPasskey } from '../support/passkeys.ts'
import { trailOf } from '../support/trail.ts'
import { within } from '../support/within.ts'
import { withoutFaults } from './answers.ts'

const person = (name: string) => ({
  email: `${name}@example.com`,
  email_verified: true,
  password: `a password of ${name}`,
})
const [ADA, BOB, CY, DEE] = [person('ada'), person('bob'), person('cy'), person('dee')]
const PATH = '/account/passkeys'

onBothStorages(
  (house) => {
    withoutFaults(house)

    interface Place {
      agent: Agent
      csrf: string
    }
    const atPage = async (who: typeof ADA): Promise<Place> => {
      const { agent, page } = await openAccount(house(), { path: PATH, person: who })
      return { agent, csrf: csrfOf(page) }
    }
    const ask = ({ agent, csrf }: Place): Promise<Options> => challengeAt(agent, PATH, csrf)
    const answer = ({ agent, csrf }: Place, response: object) =>
      sendForm(agent, PATH, { csrf, response: JSON.stringify(response) })
    const add = async (place: Place, authenticator: Authenticator, lies: NewLies = {}) =>
      answer(place, authenticator.make(await ask(place), lies))
    const passkeysOf = ({ email }: typeof ADA) =>
      within(house(), async ({ accounts: { users, credentials } }) => {
        const account = await users.findByEmailKey(email)
        const all = account === undefined ? [] : await credentials.of(account.id)
        return all.filter(({ method }) => method === 'passkey')
      })

    it('one is added, named, and removed; its person is told', async () => {
      const place = await atPage(ADA)
      const authenticator = createAuthenticator()
      const options = await ask(place)
      expect(options).toMatchObject({
        ...{ rp: { id: 'localhost' }, attestation: 'none', excludeCredentials: [] },
        user: { name: ADA.email },
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      })
      const added = await answer(place, authenticator.make(options))
      expect([added.status, added.location]).toEqual([303, `${house().issuer}${PATH}?done=passkey_added`])
      const again = await ask(place)
      expect(again).toMatchObject({ excludeCredentials: [{ id: authenticator.id }], user: options.user })
      const [stored] = await passkeysOf(ADA)
      await sendForm(place.agent, PATH, { csrf: place.csrf, rename: stored?.id ?? '', name: 'My key' })
      expect((await place.agent.request(PATH)).text).toContain('My key')
      const other = await atPage(BOB)
      const stolen = await sendForm(other.agent, PATH, { csrf: other.csrf, remove: stored?.id ?? '' })
      expect(stolen.status).toBe(404)
      const removed = await sendForm(place.agent, PATH, { csrf: place.csrf, remove: stored?.id ?? '' })
      expect(removed.location).toContain('done=passkey_removed')
      expect(await passkeysOf(ADA)).toEqual([])
      const trail = (await trailOf(house())).map(({ event }) => event)
      for (const type of ['mfa.enrolled', 'mfa.removed'])
        expect(trail.find((event) => event.type === type)).toMatchObject({ details: { method: 'passkey' } })
      const mails = () => within(house(), ({ devMailbox }) => devMailbox.list())
      await expect
        .poll(async () => JSON.stringify(await mails()), { timeout: 10_000 })
        .toMatch(/passkey was added[\s\S]*passkey was removed|passkey was removed[\s\S]*passkey was added/)
    })

    it('A-507 an id that is there already is refused, whosever it is', async () => {
      const [cy, bob, known] = [await atPage(CY), await atPage(BOB), createAuthenticator()]
      expect((await add(cy, known)).status).toBe(303)
      for (const place of [cy, bob]) {
        const sent = await add(place, createAuthenticator({ id: known.id }))
        expect([sent.status, sent.text.includes('That passkey is here already.')]).toEqual([400, true])
      }
      expect([await passkeysOf(CY), await passkeysOf(BOB)].map(({ length }) => length)).toEqual([1, 0])
    })

    it('A-507 of two answers to one question one counts; of another session’s, another person’s, none', async () => {
      const [here, twin, other] = [await atPage(DEE), await atPage(DEE), await atPage(BOB)]
      for (const place of [twin, other])
        expect((await answer(place, createAuthenticator().make(await ask(here)))).status).toBe(400)
      const options = await ask(here)
      const both = await Promise.all([1, 2].map(() => answer(here, createAuthenticator().make(options))))
      // Who comes after it may have something to prove by then, and is asked for that.
      expect(both.filter(({ location }) => location?.endsWith('done=passkey_added'))).toHaveLength(1)
      expect(await passkeysOf(DEE)).toHaveLength(1)
      const made = { ...(await ask(here)), challenge: 'A'.repeat(43) }
      expect((await answer(here, createAuthenticator().make(made))).status).toBe(400)
      expect(await passkeysOf(DEE)).toHaveLength(1)
    })

    it('A-509 keys, statements and data that no authenticator of ours makes are refused, and fast', async () => {
      const place = await atPage(BOB)
      const point = Buffer.alloc(32, 7)
      const deep = Buffer.concat([Buffer.alloc(5000, 0x81), Buffer.from([0])])
      const packed = (alg: number) => ({
        fmt: 'packed',
        attStmt: new Map<string, unknown>([
          ['alg', alg],
          ['sig', Buffer.alloc(70, 1)],
        ]),
      })
      const lies: NewLies[] = [
        { key: es256(point, point) },
        { key: es256(point, point, -65535) },
        { key: es256(point, point, -99999) },
        {
          key: new Map<number, unknown>([
            [1, 3],
            [3, -257],
            [-1, Buffer.alloc(64, 255)],
            [-2, Buffer.from([1, 0, 1])],
          ]),
        },
        { attestation: packed(-7) },
        { attestation: packed(-257) },
        { attestation: { fmt: 'none', attStmt: new Map([['junk', 'x']]) } },
        { attestation: { fmt: 'tpm', attStmt: new Map() } },
        { attestationObject: (object) => Buffer.concat([object, Buffer.from([0])]) },
        { attestationObject: () => deep },
        { data: (data) => Buffer.concat([data, Buffer.from([0])]) },
        { data: (data) => Buffer.concat([data, deep]) },
        { clientText: (text) => `\ufeff${text}` },
        { client: { crossOrigin: true } },
        { type: 'webauthn.get' },
        { origin: 'https://evil.example' },
        { rpId: 'evil.example' },
        { flags: UP },
        { flags: UV },
        { flags: UP | UV | BS },
      ]
      for (const [n, lie] of lies.entries()) {
        const sent = await add(place, createAuthenticator(), lie)
        expect([n, sent.status]).toEqual([n, 400])
        expect(sent.text).toContain('The passkey wasn’t added.')
      }
      expect(await passkeysOf(BOB)).toEqual([])
    })

    it('A-461 who has a factor adds no other one before it was proven', async () => {
      const place = await atPage(BOB)
      const options = await ask(place)
      const factor = await withPasskey(house(), BOB.email)
      const sent = await answer(place, createAuthenticator().make(options))
      expect([sent.status, new URL(sent.location ?? '').pathname]).toEqual([303, '/oauth2/authorize'])
      expect(await passkeysOf(BOB)).toHaveLength(1)
      const { status } = await sendForm(place.agent, PATH, { csrf: place.csrf, remove: factor.id })
      expect(status).toBe(303)
      expect(await passkeysOf(BOB)).toHaveLength(1)
    })
  },
  { setUp: { ...SET_UP, users: [ADA, BOB, CY, DEE] } },
)
