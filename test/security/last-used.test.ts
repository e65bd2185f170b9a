/** How somebody signed in with a browser the last time is marked there, for whoever comes next, and tells no more than that. */
import { expect, it } from 'vitest'
import type { Agent } from '../support/agent.ts'
import { agentOf, follow, OWN, SET_UP } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { challengeAt, csrfIn, withPasskey } from '../support/passkeys.ts'
import { within } from '../support/within.ts'
import { withoutFaults } from './answers.ts'
import { atPage, faceOf } from './browsers.ts'

const person = (name: string) => ({
  email: `${name}@example.com`,
  email_verified: true,
  password: `a password of ${name}`,
})
const [ADA, BOB] = [person('ada'), person('bob')]

withHouse({ storage: 'embedded', setUp: { ...SET_UP, users: [ADA, BOB] } }, (house) => {
  withoutFaults(house)

  const begin = async (agent: Agent) => ({
    agent,
    ...(await atPage(house(), agent, OWN, { prompt: 'login' })),
  })
  const after = async (place: Awaited<ReturnType<typeof begin>>, fields: Record<string, string>) => {
    const sent = await place.agent.submit(place.page, place.at, fields)
    return { ...place, ...(await follow(place.agent, house().issuer, sent.location ?? '')) }
  }
  const named = async (agent: Agent, username: string) => after(await begin(agent), { username })
  /** The rows of the list of ways, in their order. */
  const rowsOf = (text: string) =>
    [...text.matchAll(/class="method".*?<b>(.*?)<\/b>.*?<\/button>/gs)].map(
      ([row, name]) => `${name}${row.includes('>Last used<') ? ' (last used)' : ''}`,
    )
  /** Of other mails, such as that of a new device, nobody knows when they come. */
  const codesSent = async () => {
    const mails = await within(house(), ({ devMailbox }) => devMailbox.list())
    return mails.flatMap(({ subject }) => /^\d{6}(?= is your sign-in code)/.exec(subject) ?? [])
  }
  const deviceCookie = (agent: Agent) => agent.cookies.find(({ name }) => name === 'gh_device')

  const byPasskey = async (agent: Agent) => {
    const passkey = await withPasskey(house(), ADA.email)
    const place = await begin(agent)
    const options = await challengeAt(agent, place.at, csrfIn(place.page.text))
    await after(place, { method: 'passkey', response: JSON.stringify(passkey.get(options)) })
    return agent
  }
  const byMail = async (agent: Agent) => {
    const asked = await after(await named(agent, BOB.email), { method: 'email-code' })
    await expect.poll(codesSent, { timeout: 10_000 }).toHaveLength(1)
    const [code = ''] = await codesSent()
    await after(asked, { code })
    return agent
  }

  it('a browser that is new shows no way as the last one', async () => {
    const { page, ...place } = await begin(agentOf(house()))
    expect(rowsOf(page.text)).toEqual(['A passkey'])
    const password = await after({ page, ...place }, { username: ADA.email })
    expect(rowsOf(password.page.text)).toEqual(['A passkey', 'A code by email'])
  })

  it('a passkey is marked from then on, for every name alike, and somebody else’s browser knows nothing of it', async () => {
    const agent = await byPasskey(agentOf(house()))
    expect(rowsOf((await begin(agent)).page.text)).toEqual(['A passkey (last used)'])
    const faces = new Set<string>()
    for (const username of [ADA.email, BOB.email, 'nobody@example.com']) {
      const { page } = await named(agent, username)
      expect(rowsOf(page.text)).toEqual(['A passkey (last used)', 'A code by email'])
      faces.add(faceOf(page, username))
    }
    expect(faces.size).toBe(1)
    expect(rowsOf((await named(agentOf(house()), ADA.email)).page.text)[0]).toBe('A passkey')
  })

  it('a code by mail comes before the password from then on, for every name alike, and nothing is sent unasked', async () => {
    const agent = await byMail(agentOf(house()))
    const faces = new Set<string>()
    for (const username of [ADA.email, BOB.email, 'nobody@example.com']) {
      const { page } = await named(agent, username)
      expect(page.text).toContain('Send me a code')
      expect(rowsOf(page.text)).toEqual(['A passkey', 'Your password'])
      faces.add(faceOf(page, username))
    }
    expect(faces.size).toBe(1)
    expect(await codesSent()).toHaveLength(1)
    const password = await after(await named(agent, BOB.email), { method: 'password' })
    expect(rowsOf(password.page.text)).toEqual(['A code by email (last used)', 'A passkey'])
    await after(password, { username: BOB.email, password: BOB.password })
    expect(rowsOf((await named(agent, BOB.email)).page.text)).toEqual(['A passkey', 'A code by email'])
  })

  it('its cookie says the method and nothing of whose it was, and another method can’t be written into it', async () => {
    const agent = await byPasskey(agentOf(house()))
    const cookie = deviceCookie(agent)
    expect(cookie?.value).toMatch(/^[\w-]{22}\.[\w-]{16}\.passkey\.[\w-]{43}$/)
    expect(cookie?.attributes).toContain('HttpOnly')
    if (cookie !== undefined) cookie.value = cookie.value.replace('.passkey.', '.email-code.')
    const { page } = await named(agent, ADA.email)
    expect(rowsOf(page.text)).toEqual(['A passkey', 'A code by email'])
  })
})
