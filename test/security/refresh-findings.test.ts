/** Repeats and late duplicates that somebody else may have sent: answered by the rule, and noticed. */
import { describe, expect, it } from 'vitest'
import { agentOf, PORTAL, refresh, signIn } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { trailOf } from '../support/trail.ts'
import { eventsOf, metric, SOON } from './probes.ts'

const ELSEWHERE = 'auth_risk_findings_total{rule="refresh_elsewhere",outcome="notify"}'
const IN_STEP = 'auth_risk_findings_total{rule="refresh_in_step",outcome="notify"}'

withHouse({ storage: 'redis', nodes: 2, env: { REFRESH_REUSE_GRACE: '60s', TRUST_PROXY: '1' } }, (house) => {
  const nodeOf = (n: number): string => house().nodes[n % house().nodes.length]?.url ?? ''
  const owner = () => agentOf(house(), 0, { 'user-agent': 'Firefox/140.0', 'x-forwarded-for': '192.0.2.7' })
  const begin = async () => {
    const agent = owner()
    const { refresh_token: r0 } = (await signIn(house(), agent, PORTAL)).tokens
    const use = async (token: string, n = 0, by = agent) => {
      const answer = await refresh(by, PORTAL, token, nodeOf(n))
      return String(answer.json()['refresh_token'] ?? answer.json()['error'])
    }
    return { agent, r0, use }
  }
  const counts = async () => [await metric(house(), ELSEWHERE), await metric(house(), IN_STEP)]

  describe('A-224 who keeps step with an owner', () => {
    it('from elsewhere is noticed, repeating or late, and the family lives', async () => {
      const { r0, use } = await begin()
      const [before = 0] = await counts()
      const r1 = await use(r0)
      // The same browser after an update, in the same network: nobody else.
      const same = { 'user-agent': 'Firefox/141.0.2', 'x-forwarded-for': '192.0.2.200' }
      expect(await use(r0, 1, agentOf(house(), 0, same))).toBe(r1)
      expect((await counts())[0]).toBe(before)

      const abroad = { 'user-agent': 'Firefox/140.0', 'x-forwarded-for': '203.0.113.9' }
      expect(await use(r0, 1, agentOf(house(), 0, abroad))).toBe(r1)
      expect((await counts())[0]).toBe(before + 1)
      const r2 = await use(r1)
      const tool = { 'user-agent': 'curl/8', 'x-forwarded-for': '203.0.113.9' }
      expect(await use(r0, 1, agentOf(house(), 0, tool))).toBe('invalid_grant')
      expect((await counts())[0]).toBe(before + 2)
      expect(await use(r2)).toMatch(/^ghr_/)

      const noticed = () => eventsOf(house(), 'risk.noticed').map(({ reason }) => reason)
      await expect
        .poll(noticed, SOON)
        .toEqual(expect.arrayContaining(['refresh_elsewhere network', 'refresh_elsewhere agent network']))
      const trail = (await trailOf(house())).filter(({ event }) => event.type === 'risk.noticed')
      expect(trail.map(({ event }) => event.details)).toMatchObject([
        { verdict: 'repeat', rules: ['refresh_elsewhere:notify'], differs: ['network'] },
        { verdict: 'late', rules: ['refresh_elsewhere:notify'], differs: ['agent', 'network'] },
      ])
    })

    it('through three generations is noticed, though it looks like the owner', async () => {
      const { r0, use } = await begin()
      const [, before = 0] = await counts()
      let token = r0
      for (let generation = 1; generation <= 3; generation++) {
        const next = await use(token)
        for (const n of [0, 1]) expect(await use(token, n)).toBe(next)
        expect((await counts())[1]).toBe(before + (generation < 3 ? 0 : 2))
        token = next
      }
      // A generation without a repeat, and the count begins anew.
      token = await use(await use(token))
      const last = await use(token)
      expect(await use(token)).toBe(last)
      expect((await counts())[1]).toBe(before + 2)
    })
  })
})
