/** The person is told by mail of a reuse, whatever the mail server does: nothing is lost, nobody waits. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { askForCode, codesTo, named } from '../security/codes.ts'
import { metric, onDatabase, SOON } from '../security/probes.ts'
import { agentOf, PERSON, PORTAL, refresh, signIn } from '../support/flows.ts'
import { startMailServer } from '../support/mail-server.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { stealAndUse } from '../support/reuse.ts'

const server = await startMailServer()
afterAll(() => server.close())

const WAITING = 'auth_outbox_messages{state="waiting"}'
const DEAD = 'auth_outbox_messages{state="dead"}'
/** A retry comes after two seconds, a hanging server is given up after five. */
const LATER = { timeout: 30_000, interval: 100 }

withHouse({ storage: 'redis', nodes: 2, env: { ...server.env, REFRESH_REUSE_GRACE: '0' } }, (house) => {
  const urls = () => house().nodes.map(({ url }) => url)
  const rows = (column = 'id') =>
    onDatabase<Record<string, unknown>>(
      house(),
      `select ${column} from outbox where kind = 'mail' order by id`,
    )
  const newest = async () => (await rows('done_at, dead_at, attempts, strikes, reason')).at(-1)

  /** Waits until the mail about it is written: it comes of the event, as that is chained. */
  const stolen = async () => {
    const before = (await rows()).length
    const answers = await stealAndUse(house(), urls())
    await expect.poll(async () => (await rows()).length, SOON).toBe(before + 1)
    return answers
  }

  /** The first of these tests' sign-ins is on a new device; those that look like it are told of once a day. */
  let firstOnes: typeof server.received
  beforeAll(async () => {
    const agent = agentOf(house())
    await signIn(house(), agent, PORTAL)
    await signIn(house(), agent, PORTAL, { prompt: 'login' })
    await signIn(house(), agentOf(house()), PORTAL)
    // A mail comes of an event, as that is chained.
    const signIns = `select from audit_events where type = 'login.succeeded'`
    await vi.waitUntil(async () => (await onDatabase(house(), signIns)).length === 3, SOON)
    await vi.waitUntil(async () => (await metric(house(), WAITING)) === 0, SOON)
    firstOnes = [...server.received]
  })
  beforeEach(() => {
    server.received.length = 0
  })

  it('a sign-in on a new device brings its person one mail', () => {
    expect(firstOnes.map(({ subject }) => subject)).toEqual(['Your account was used on a new device'])
    expect(firstOnes[0]?.text).toContain('Address: 127.0.0.1')
  })

  describe('a refresh token that somebody else uses too', () => {
    it('A-222 brings its person one mail, also when both nodes see it at once', async () => {
      const before = (await rows()).length
      const [honest, ...thief] = await stealAndUse(house(), Array.from({ length: 10 }, urls).flat())
      expect([honest, new Set(thief)]).toEqual([200, new Set([400])])
      await expect.poll(() => server.received.length, SOON).toBe(1)
      const [mail] = server.received
      expect(mail).toMatchObject({
        subject: 'You were signed out to be safe',
        from: { value: [{ name: 'Gatehouse', address: 'no-reply@example.com' }] },
        to: { value: [{ address: PERSON.email }] },
      })
      expect(mail?.text).toContain('Portal, and every app that you opened with it, ask you to sign in again.')
      expect(mail?.html).toContain('Portal')
      await expect.poll(newest, SOON).toMatchObject({ done_at: expect.any(Date), attempts: 1 })
      expect((await rows()).length - before).toBe(1)
      expect(server.received).toHaveLength(1)
    })

    it('brings no mail and no row while nobody does', async () => {
      const before = (await rows()).length
      const agent = agentOf(house())
      let { refresh_token: token } = (await signIn(house(), agent, PORTAL)).tokens
      for (let n = 0; n < 5; n++)
        token = String((await refresh(agent, PORTAL, token)).json()['refresh_token'])
      expect(await rows()).toHaveLength(before)
    })

    it('A-911 leaves nothing in the row that could be presented, and nothing at all once it is told', async () => {
      await stolen()
      await expect.poll(newest, SOON).toMatchObject({ done_at: expect.any(Date) })
      expect((await rows('payload')).at(-1)).toEqual({ payload: {} })
      expect(JSON.stringify(await rows('once, payload, reason'))).not.toMatch(/ghr_|@/)
    })
  })

  describe('F-161 a mail server that', () => {
    it('is silent for a while makes nobody wait, and gets the mail later', async () => {
      server.behave('silent')
      await stolen()
      await expect.poll(newest, SOON).toMatchObject({ attempts: 1 })
      const began = performance.now()
      await signIn(house(), agentOf(house()), PORTAL)
      await stealAndUse(house(), urls())
      expect(performance.now() - began).toBeLessThan(5000)
      await expect.poll(() => server.received.length, LATER).toBe(2)
      await expect
        .poll(async () => (await rows('attempts, done_at')).slice(-2), SOON)
        .toMatchObject([{ done_at: expect.any(Date), attempts: 2 }, { done_at: expect.any(Date) }])
    })

    it('refuses for now gets it again', async () => {
      server.behave(451)
      await stolen()
      await expect.poll(() => server.received.length, LATER).toBe(2)
      await expect.poll(newest, SOON).toMatchObject({ done_at: expect.any(Date), attempts: 2 })
    })

    it('is cut after the content gets one duplicate, known by its id', async () => {
      server.behave('cut')
      await stolen()
      await expect.poll(() => server.received.length, LATER).toBe(2)
      await expect.poll(newest, SOON).toMatchObject({ done_at: expect.any(Date) })
      expect(new Set(server.received.map(({ messageId }) => messageId)).size).toBe(1)
    })

    it('is cut after the content again gets no third, and the message is set aside', async () => {
      server.behave('cut', 'cut')
      const dead = (await metric(house(), DEAD)) / 2
      await stolen()
      await expect.poll(newest, LATER).toMatchObject({ dead_at: expect.any(Date), attempts: 2 })
      expect(server.received).toHaveLength(2)
      expect((await metric(house(), DEAD)) / 2 - dead).toBe(1)
    })

    it('refuses for good gets it once: it is set aside, and doctor says so', async () => {
      server.behave(550)
      await stolen()
      await expect.poll(newest, SOON).toMatchObject({ dead_at: expect.any(Date), reason: '550 at DATA' })
      expect(server.received).toHaveLength(1)
      const { stdout } = await house().run(['doctor'])
      expect(stdout).toMatch(/^warn +outbox +\d messages? set aside/m)
      expect(stdout).toMatch(/^ok +mail +127\.0\.0\.1:\d+ answers$/m)
      expect(stdout).toMatch(/^ok +worker +\S+ leads$/m)
    })
  })

  describe('F-161 a code that is asked for while the mail server refuses', () => {
    // Other mails may come in between: of a device that is new.
    const codeRow = async () =>
      (
        await onDatabase<Record<string, unknown>>(
          house(),
          `select once, payload, reason from outbox where payload->>'mail' = 'sign-in-code' order by id`,
        )
      ).at(-1)
    const asked = async (email: string) => {
      server.refuse(/ is your sign-in code$/)
      const began = performance.now()
      const at = await askForCode(house(), await named(house(), agentOf(house()), email))
      expect(performance.now() - began).toBeLessThan(5000)
      expect(at.page.text).toContain('name="code"')
      await expect.poll(codeRow, SOON).toMatchObject({ reason: '451 at DATA' })
      return at
    }

    it('makes nobody wait, is in no row, and comes later, the same', async () => {
      const { agent, page, at } = await asked('grace@example.com')
      const waiting = JSON.stringify(await codeRow())
      server.refuse()
      const codes = () => codesTo(server, 'grace@example.com')
      const refused = codes().length
      await expect.poll(() => codes().length, LATER).toBeGreaterThan(refused)
      const [code = ''] = codes()
      expect(waiting).toContain('sign-in-code')
      expect(waiting).not.toContain(code)
      expect(new Set(codes())).toEqual(new Set([code]))
      expect((await agent.submit(page, at, { code })).status).toBe(303)
    })

    it('comes no more once it has expired', async () => {
      await asked(PERSON.email)
      const expire = `update outbox set expires_at = now() where payload->>'mail' = 'sign-in-code' returning id`
      await vi.waitUntil(async () => (await onDatabase(house(), expire)).length > 0, LATER)
      server.received.length = 0
      server.refuse()
      await expect.poll(async () => metric(house(), WAITING), LATER).toBe(0)
      expect(codesTo(server, PERSON.email)).toEqual([])
    })
  })

  it('F-163 a message that can’t be read is set aside in the end, while the mail behind it arrives', async () => {
    await onDatabase(
      house(),
      `insert into outbox (id, kind, payload, created_at, next_attempt_at, strikes)
       values ('00000000-0000-7000-8000-000000000000', 'mail', jsonb_build_object('mail', repeat('x', 10000000)), now(), now(), 4)`,
    )
    await stolen()
    const subjects = () => server.received.map(({ subject }) => subject)
    await expect.poll(subjects, SOON).toContain('You were signed out to be safe')
    await expect
      .poll(async () => (await rows('dead_at'))[0], SOON)
      .toMatchObject({ dead_at: expect.any(Date) })
    await expect.poll(async () => metric(house(), WAITING), SOON).toBe(0)
  })
})
