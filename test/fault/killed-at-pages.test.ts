/** A server that is killed while somebody is at its pages: whoever goes on, or begins again, is where they wanted to be. */
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { atConsent, callbackAfter, isSignedIn } from '../security/browsers.ts'
import { askToReset, linksTo, useLink } from '../security/resets.ts'
import type { Agent, Answer } from '../support/agent.ts'
import { credentials, login, logout, refreshBy } from '../support/first-party.ts'
import {
  agentOf,
  authorizationRequest,
  authorize,
  exchange,
  follow,
  OWN,
  type PERSON,
  PORTAL,
  SET_UP,
} from '../support/flows.ts'
import { startMailServer } from '../support/mail-server.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { totpCode, withTotp } from '../support/second-factors.ts'

const mails = await startMailServer()
afterAll(() => mails.close())

const BOB = { email: 'bob@example.com', email_verified: true, password: 'a password of bob' }
const EVE = { email: 'eve@example.com', email_verified: true, password: 'a password of eve' }
/** Who was killed may be the one that sends mail: the next does when its lease is over. */
const LEASED = { timeout: 60_000, interval: 200 }
const NEW = 'a new engine of hers 1844'

onBothStorages(
  (house) => {
    beforeEach(() => {
      mails.received.length = 0
    })
    /** And started again where it was, once the kernel has let go of what it held. */
    const kill = async () => {
      await house().nodes.at(-1)?.stop('SIGKILL')
      const port = Number(new URL(house().nodes[0]?.url ?? '').port)
      const isStarted = () =>
        house()
          .start(port)
          .then(() => true)
          .catch(() => false)
      await expect.poll(isStarted, { timeout: 60_000, interval: 200 }).toBe(true)
    }
    /** Whether it was carried out by then is anybody's guess. */
    const killDuring = async (send: () => Promise<Answer>): Promise<void> => {
      const cut = send().catch(() => undefined)
      await delay(8)
      await kill()
      await cut
    }
    const withPassword = async () => {
      const agent = agentOf(house())
      const opened = await follow(agent, house().issuer, authorizationRequest(OWN).url)
      const fields = { username: BOB.email, password: BOB.password }
      const sent = await agent.submit(opened.page, opened.at, fields)
      return { agent, ...(await follow(agent, house().issuer, sent.location ?? '')) }
    }
    /** In the newest mail: a link that was asked for later may have replaced the one before. */
    const openLink = async (email: string, path: string): Promise<string> => {
      const newest = async () => {
        const link = linksTo(mails, email, path).at(-1)
        return link !== undefined && (await agentOf(house()).request(link)).status === 200 ? link : undefined
      }
      await expect.poll(newest, LEASED).toBeDefined()
      return (await newest()) ?? ''
    }
    const mayIn = async (person: typeof PERSON): Promise<boolean> =>
      (await login(agentOf(house()), credentials(person))).status === 200

    it('F-143 killed between password and second factor, and while it looks at that: a repeat is safe', async () => {
      const secret = await withTotp(house(), BOB.email)
      const other = await withTotp(house(), BOB.email)
      const first = await withPassword()
      await kill()
      const sent = await first.agent.submit(first.page, first.at, { code: totpCode(secret, -1) })
      expect((await callbackAfter(house(), first.agent, sent))?.searchParams.has('code')).toBe(true)
      expect(await isSignedIn(first.agent)).toBe(true)

      const second = await withPassword()
      await killDuring(() => second.agent.submit(second.page, second.at, { code: totpCode(secret) }))
      // Whether or not the code was spent: nobody is half signed in, and the next one is good.
      const again = await withPassword()
      const done = await again.agent.submit(again.page, again.at, { code: totpCode(other) })
      expect((await callbackAfter(house(), again.agent, done))?.searchParams.has('code')).toBe(true)
      expect(await isSignedIn(again.agent)).toBe(true)
    })

    it('F-143 killed while it takes somebody’s consent: who begins again has it, once', async () => {
      const { agent, page, at } = await atConsent(house())
      await killDuring(() => agent.submit(page, at, { decision: 'approve' }))
      const request = authorizationRequest(PORTAL)
      const code = (await authorize(house(), agent, request)).searchParams.get('code') ?? ''
      expect((await exchange(agent, PORTAL, code, request.verifier)).status).toBe(200)
      const asked = await agent.request(authorizationRequest(PORTAL, { prompt: 'none' }).url)
      expect(asked.location).toContain('code=')
    })

    it('F-143 killed while somebody registers: one account, whichever link is taken', async () => {
      const email = 'new@example.com'
      const agent = agentOf(house())
      const page = await agent.request('/register')
      const send = () => agent.submit(page, '/register', { name: 'New', email, password: NEW })
      await killDuring(send)
      expect((await send()).status).toBe(303)
      const link = await openLink(email, '/register/confirm')
      await killDuring(() => useLink(agentOf(house()), link, { password: NEW }))
      // The link is spent with the account that it made, or neither has happened.
      const repeated = await useLink(agentOf(house()), link, { password: NEW })
      expect([303, 400]).toContain(repeated.status)
      expect(await mayIn({ email, password: NEW })).toBe(true)
    })

    it('F-143 killed while a forgotten password is replaced: the new one is in, the old one out, after a repeat', async () => {
      const asker = agentOf(house())
      await killDuring(() => askToReset(asker, EVE.email))
      expect((await askToReset(agentOf(house()), EVE.email)).status).toBe(303)
      const link = await openLink(EVE.email, '/reset/password')
      await killDuring(() => useLink(agentOf(house()), link, { password: NEW }))
      const [before, after] = [await mayIn(EVE), await mayIn({ ...EVE, password: NEW })]
      expect(after).toBe(!before)
      const repeated = await useLink(agentOf(house()), link, { password: NEW })
      // A link that did its work does no more.
      expect(repeated.status).toBe(after ? 400 : 303)
      expect([await mayIn(EVE), await mayIn({ ...EVE, password: NEW })]).toEqual([false, true])
    })

    it('F-143 killed while somebody signs out: a repeat signs out', async () => {
      const agent = agentOf(house())
      const token = String((await login(agent)).json()['access_token'])
      const kept = copyOf(agent)
      await killDuring(() => logout(agent, token))
      // It may have come through: then there is nobody to sign out any more.
      expect([204, 401]).toContain((await logout(agent, token)).status)
      expect((await refreshBy(kept)).status).toBe(401)
    })

    /** Somebody who has the same cookies, and keeps them. */
    function copyOf({ cookies }: Agent): Agent {
      const other = agentOf(house())
      other.cookies.push(...cookies)
      return other
    }
  },
  {
    nodes: 1,
    setUp: { ...SET_UP, users: [...SET_UP.users, BOB, EVE] },
    env: { ...mails.env, REGISTRATION: 'on' },
  },
)
