import { describe, expect, it } from 'vitest'
import { agentOf, basic, OWN, PORTAL, refresh, signIn, type Tokens } from '../support/flows.ts'
import { onEveryStorage } from '../support/on-every-storage.ts'
import { eventsOf, introspect, isActive, SOON, WITH_SIGNER } from './probes.ts'

const refused = { error: 'invalid_grant' }

onEveryStorage(
  (house) => {
    const nodeOf = (n: number): string => house().nodes[n % house().nodes.length]?.url ?? ''
    const signedIn = async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, PORTAL)
      const use = async (token: string, n = 0) => (await refresh(agent, PORTAL, token, nodeOf(n))).json()
      return { agent, tokens, r0: tokens.refresh_token, use }
    }

    describe('a refresh token sent more than once, within the grace', () => {
      it('A-223 of 50 at once over all nodes each gets one and the same successor', async () => {
        const { agent, r0, use } = await signedIn()
        const answers = await Promise.all(
          Array.from({ length: 50 }, (_, n) => refresh(agent, PORTAL, r0, nodeOf(n))),
        )
        expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
        const tokens = answers.map((answer) => answer.json() as unknown as Tokens)
        expect(new Set(tokens.map(({ refresh_token }) => refresh_token)).size).toBe(1)
        expect(new Set(tokens.map(({ access_token }) => access_token)).size).toBe(50)
        expect(await isActive(agent, tokens[49]?.access_token ?? '')).toBe(true)
        expect(await use(tokens[0]?.refresh_token ?? '')).toHaveProperty('refresh_token')
      })

      it('A-223 and when 50 use the successor meanwhile, the chain still has one end', async () => {
        const { agent, r0, use } = await signedIn()
        const r1 = String((await use(r0))['refresh_token'])
        const sent = Array.from({ length: 50 }, (_, n) =>
          refresh(agent, PORTAL, n % 2 === 0 ? r0 : r1, nodeOf(n)),
        )
        const answers = await Promise.all(sent)
        const successors = (of: number) =>
          answers.flatMap((answer, n) =>
            n % 2 === of && answer.status === 200 ? [answer.json()['refresh_token']] : [],
          )
        // A repeat of r0 is answered until r1 is used, and refused as late from then on.
        expect(successors(0).filter((successor) => successor !== r1)).toEqual([])
        expect(successors(1)).toHaveLength(25)
        expect(new Set(successors(1)).size).toBe(1)
        expect(await use(String(successors(1)[0]), 1)).toHaveProperty('refresh_token')
      })

      it('A-224 a late duplicate is refused, shows nothing, and the family lives', async () => {
        const { r0, use } = await signedIn()
        const r1 = String((await use(r0))['refresh_token'])
        const r2 = String((await use(r1, 1))['refresh_token'])
        const late = await use(r0, 1)
        expect(late).toMatchObject(refused)
        expect(JSON.stringify(late)).not.toMatch(/ghr_|eyJ/)
        expect(await use(r2)).toHaveProperty('refresh_token')
        await expect
          .poll(() => eventsOf(house(), 'token.refresh_refused'), SOON)
          .toContainEqual(expect.objectContaining({ reason: 'late', clientId: 'portal' }))
      })

      it('A-224 a repeat by another client gets no successor, and the owner still does', async () => {
        const { agent, r0, use } = await signedIn()
        const r1 = await use(r0)
        const foreign = await refresh(agent, OWN, r0, nodeOf(1))
        expect(foreign.status).toBe(400)
        expect(foreign.json()).toMatchObject(refused)
        expect((await use(r0))['refresh_token']).toBe(r1['refresh_token'])
      })

      it('A-225 a refresh token sent by another client is refused, its family lives, the log says why', async () => {
        const { agent, r0, use } = await signedIn()
        expect((await refresh(agent, OWN, r0, nodeOf(1))).json()).toMatchObject(refused)
        const r1 = await use(r0)
        await use(String(r1['refresh_token']))
        // Also a used one: what is nobody's business is not told as reuse.
        expect((await refresh(agent, OWN, r0)).json()).toMatchObject(refused)
        const reasons = () =>
          ['request.refused', 'token.refresh_refused']
            .flatMap((event) => eventsOf(house(), event))
            .filter(({ reason }) => /client.mismatch/.test(String(reason)))
        await expect.poll(() => reasons().length, SOON).toBeGreaterThanOrEqual(2)
      })

      it('A-226 a wider scope is refused, a narrower one narrows the access token only', async () => {
        const agent = agentOf(house())
        const scope = 'openid email offline_access'
        const { tokens } = await signIn(house(), agent, PORTAL, { scope, prompt: 'consent' })
        const ask = (token: string, parameters: Record<string, string>) =>
          agent.request('/oauth2/token', {
            form: { grant_type: 'refresh_token', refresh_token: token, ...parameters },
            headers: { accept: 'application/json', ...basic(PORTAL) },
          })
        const wider = await ask(tokens.refresh_token, { scope: `${scope} profile` })
        expect([wider.status, wider.json()['error']]).toEqual([400, 'invalid_scope'])
        const target = await ask(tokens.refresh_token, { resource: 'https://orders.example' })
        expect([target.status, target.json()['error']]).toEqual([400, 'invalid_target'])

        const narrow = (await ask(tokens.refresh_token, { scope: 'openid' })).json()
        expect(narrow['scope']).toBe('openid')
        const seen = (await introspect(agent, String(narrow['access_token']))).json()
        expect(seen).toMatchObject({ active: true, scope: 'openid' })
        const whole = (await ask(String(narrow['refresh_token']), {})).json()
        expect(whole['scope']).toBe(scope)
      })
    })
  },
  { setUp: WITH_SIGNER },
)
