import { expect, it } from 'vitest'
import { hiddenFields } from '../support/agent.ts'
import { agentOf, OWN, PORTAL, refresh, signIn } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { ADA, atPage, codeAfter, OURS } from './browsers.ts'

/** Hashing at its full cost: cheap enough to be waited for, dear enough that three hundred at once are a flood. */
const env = {
  PASSWORD_HASH: 'm=19456,t=3,p=1',
  RATE_LIMIT_LOGIN_ADDRESS: '10000/15m',
  RATE_LIMIT_LOGIN_ACCOUNT: '10000/15m',
}

withHouse({ storage: 'postgresql', env }, (house) => {
  it('A-410 a flood of sign-ins is turned away, and everybody else is served', async () => {
    const agent = agentOf(house())
    const { tokens } = await signIn(house(), agentOf(house()), PORTAL)
    const { at, page } = await atPage(house(), agent, OWN)
    const form = { ...hiddenFields(page.text), ...ADA, password: 'wrong' }
    const flood = Array.from({ length: 300 }, () => agent.request(at, { form, headers: OURS }))

    const others = await Promise.all([
      agentOf(house()).request('/.well-known/openid-configuration'),
      agentOf(house()).request('/oauth2/jwks'),
      agentOf(house()).request('/healthz', { node: house().nodes[0]?.management ?? '' }),
      refresh(agentOf(house()), PORTAL, tokens.refresh_token),
    ])
    expect(others.map(({ status }) => status)).toEqual([200, 200, 200, 200])

    const answers = await Promise.all(flood)
    const statuses = new Set(answers.map(({ status }) => status))
    expect(statuses).toEqual(new Set([400, 503]))
    for (const { status, headers, text } of answers) {
      if (status !== 503) continue
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
      expect(text).toContain('role="alert"')
    }
    // The form that was turned away is good for another try.
    expect(await codeAfter(house(), agent, await agent.submit(page, at, ADA))).toBeTruthy()
  })
})
