/** A server that is killed in the middle of a sign-in: whoever goes on, or begins again, is signed in as if it had not been. */
import { expect, it } from 'vitest'
import { isSignedIn } from '../security/browsers.ts'
import { agentOf, authorizationRequest, follow, OWN, SET_UP } from '../support/flows.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { totpCode, withTotp } from '../support/second-factors.ts'

const BOB = { email: 'bob@example.com', email_verified: true, password: 'a password of bob' }

onBothStorages(
  (house) => {
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
    const withPassword = async () => {
      const agent = agentOf(house())
      const opened = await follow(agent, house().issuer, authorizationRequest(OWN).url)
      const fields = { username: BOB.email, password: BOB.password }
      const sent = await agent.submit(opened.page, opened.at, fields)
      return { agent, ...(await follow(agent, house().issuer, sent.location ?? '')) }
    }

    it('F-143 killed between password and second factor, and while it looks at that: a repeat is safe', async () => {
      const secret = await withTotp(house(), BOB.email)
      const first = await withPassword()
      await kill()
      const sent = await first.agent.submit(first.page, first.at, { code: totpCode(secret, -1) })
      expect((await follow(first.agent, house().issuer, sent.location ?? '')).page.location).toContain(
        'code=',
      )
      expect(await isSignedIn(first.agent)).toBe(true)

      const second = await withPassword()
      const cut = second.agent
        .submit(second.page, second.at, { code: totpCode(secret) })
        .catch(() => undefined)
      await kill()
      await cut
      // Whether or not the code was spent: nobody is half signed in, and the next one is good.
      const again = await withPassword()
      const done = await again.agent.submit(again.page, again.at, { code: totpCode(secret, 1) })
      expect((await follow(again.agent, house().issuer, done.location ?? '')).page.location).toContain(
        'code=',
      )
      expect(await isSignedIn(again.agent)).toBe(true)
    })
  },
  { nodes: 1, setUp: { ...SET_UP, users: [BOB] } },
)
