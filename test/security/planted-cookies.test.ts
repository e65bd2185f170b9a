import { expect, it } from 'vitest'
import { type Agent, hiddenFields } from '../support/agent.ts'
import { agentOf, OWN } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { expectPage, withoutFaults } from './answers.ts'
import { ADA, atPage, codeAfter, GRACE, isSignedIn, signedIn } from './browsers.ts'

const MALLORY = { username: GRACE.email, password: GRACE.password }

/**
 * A sibling host can plant every cookie but those that are named for this host alone (over https `__Host-`): the
 * session's, and those that a browser and a device are known by.
 */
const plant = (from: Agent, into: Agent): void => {
  into.cookies.push(...from.cookies.filter(({ name }) => !/session|browser|device/.test(name)))
}

withHouse({ storage: 'postgresql' }, (house) => {
  withoutFaults(house)

  it.each([
    ['somebody', () => signedIn(house())],
    ['nobody', async () => agentOf(house())],
  ])('A-602 where %s is signed in, a flow that an attacker finished signs nobody in', async (_, open) => {
    const mallory = agentOf(house())
    const { at, page } = await atPage(house(), mallory, OWN)
    const sent = await mallory.submit(page, at, MALLORY)
    const victim = await open()
    const before = await isSignedIn(victim)
    plant(mallory, victim)
    expectPage(await victim.request(sent.location ?? ''), 400, 'interaction_expired')
    expect(await isSignedIn(victim)).toBe(before)
    expect(await codeAfter(house(), mallory, sent)).toBeTruthy()
  })

  it.each([
    ['that he left open', false],
    ['that he finished first', true],
  ])('A-142 who signs in within a flow %s does not sign the attacker in', async (_, finished) => {
    const mallory = agentOf(house())
    const { at, page } = await atPage(house(), mallory, OWN)
    if (finished) expect((await mallory.submit(page, at, MALLORY)).status).toBe(303)
    const victim = agentOf(house())
    plant(mallory, victim)
    const shown = await victim.request(at)
    expect(hiddenFields(shown.text)).toHaveProperty('csrf')
    const sent = await victim.submit(shown, at, ADA)
    expect(sent.status).toBe(303)
    expectPage(await mallory.request(sent.location ?? ''), 400, 'interaction_expired')
    expect(await isSignedIn(mallory)).toBe(false)
  })

  it('A-143 the interaction of one person does not go on in the session of another', async () => {
    const [ada, grace] = [await signedIn(house()), await signedIn(house(), GRACE)]
    const { at, page } = await atPage(house(), grace, OWN, { prompt: 'login' })
    const sent = await grace.submit(page, at, MALLORY)
    plant(grace, ada)
    expectPage(await ada.request(sent.location ?? ''), 400, 'interaction_expired')
    expect(await isSignedIn(ada)).toBe(true)
  })

  it('A-143 of two ways back that come together, none is taken', async () => {
    const [agent, other] = [agentOf(house()), agentOf(house())]
    const own = await atPage(house(), agent, OWN)
    const sent = await agent.submit(own.page, own.at, ADA)
    const planted = await atPage(house(), other, OWN)
    const sentByOther = await other.submit(planted.page, planted.at, MALLORY)
    const path = new URL(sent.location ?? '').pathname
    const resume = other.cookies.filter(({ name }) => name.startsWith('gh_resume'))
    agent.cookies.unshift(...resume.map((cookie) => ({ ...cookie, path })))
    expectPage(await agent.request(sent.location ?? ''), 400, 'invalid_request')
    expect(await isSignedIn(agent)).toBe(false)
    expect(await codeAfter(house(), other, sentByOther)).toBeTruthy()
  })
})
