/** How strong a password is, asked while it is typed: by whom, how often, and what is left of it. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Agent, Answer } from '../support/agent.ts'
import { freePort, startBrowser, visit } from '../support/browser.ts'
import { agentOf, PERSON, SET_UP } from '../support/flows.ts'
import { type House, openHouse } from '../support/house.ts'
import { setPasswordLink } from '../support/within.ts'
import { withoutFaults } from './answers.ts'

const STRONG = 'seven looms beside a window'
const PERSONAL = 'Lovelace1815'

let browser: Browser
let opened: House
const house = (): House => opened
beforeAll(async () => {
  browser = await startBrowser()
  opened = await openHouse({
    storage: 'embedded',
    setUp: SET_UP,
    browserPort: await freePort(),
    // What is limited by address comes from addresses of its own.
    env: { TRUST_PROXY: '1' },
  })
})
afterAll(async () => {
  await Promise.all([browser?.close(), opened?.stop()])
})
withoutFaults(house)

const OWN = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }
const ask = (body: string | object, headers: Record<string, string> = {}, agent: Agent = agentOf(house())) =>
  agent.request('/password-strength', {
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { ...OWN, origin: house().issuer, ...headers },
  })

it('A-565 it says how strong, and what the policy has against it, in the reader’s language', async () => {
  const strong = await ask({ password: STRONG })
  expect([strong.status, strong.json()]).toEqual([200, { score: 4, word: 'Strong' }])
  expect(strong.headers.get('cache-control')).toBe('no-store')
  const owner = { email: PERSON.email, name: 'Ada Lovelace' }
  expect((await ask({ password: PERSONAL, ...owner })).json()).toMatchObject({
    refusal: 'personal',
    word: 'Easily guessed',
    advice: expect.stringMatching(/^That’s made of your name/),
  })
  expect((await ask({ password: 'short' }, { 'accept-language': 'de' })).json()).toMatchObject({
    refusal: 'too_short',
    word: 'Das ist zu kurz.',
    advice: 'Nehmen Sie mindestens 8 Zeichen.',
  })
})

it.each([
  ['another site’s page', { 'sec-fetch-site': 'cross-site' }, 403],
  ['a page of another origin', { origin: 'http://evil.example', 'sec-fetch-site': 'same-site' }, 403],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ['plain text', { 'content-type': 'text/plain' }, 415],
])('A-565 it does not answer %s', async (_, headers, status) => {
  expect((await ask({ password: STRONG }, headers)).status).toBe(status)
})

it.each([
  ['no JSON', '{"password":', 400],
  ['a list', '["password"]', 400],
  ['more than a password', { password: 'x'.repeat(9000) }, 413],
  ['a password that is none', { password: { $ne: '' }, email: [1], name: null }, 200],
  ['nothing', {}, 200],
])('A-409 it takes %s calmly', async (_, body, status) => {
  const answer = await ask(body)
  expect(answer.status).toBe(status)
  if (status === 200) expect(answer.json()).toMatchObject({ score: 0, refusal: 'too_short' })
})

it('A-410 an address that asks without end is answered no more, and others are', async () => {
  const agent = agentOf(house())
  const from = (address: string) => ask({ password: 'short' }, { 'x-forwarded-for': address }, agent)
  const answers: Answer[] = []
  for (let sent = 0; sent < 310; sent += 31)
    answers.push(...(await Promise.all(Array.from({ length: 31 }, () => from('192.0.2.7')))))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(300)
  expect(answers.at(-1)?.status).toBe(429)
  expect((await from('192.0.2.8')).status).toBe(200)
})

it('A-911 nothing of it stands in the log', async () => {
  const marked = 'A quite unmistakable passphrase 4711'
  expect((await ask({ password: marked, email: 'typed@unmistakable.example' })).status).toBe(200)
  expect((await ask(`{"password":"${marked}"`)).status).toBe(400)
  expect(house().log()).not.toMatch(/unmistakable/)
})

it('A-565 while somebody types, four steps and a word follow, and nothing is red', async () => {
  const { page, context, faults } = await visit(browser)
  const link = await setPasswordLink(house(), PERSON.email)
  await page.goto(`${house().issuer}${link}`)
  const field = page.getByLabel('New password')
  const meter = page.locator('[data-strength-of=password]')
  const hint = page.locator('#password-hint')
  const usual = await hint.textContent()
  const says = async (steps: string, word: string, advice: string) => {
    await expect
      .poll(() => meter.locator('.strength').getAttribute('data-steps'), { timeout: 10_000 })
      .toBe(steps)
    await expect.poll(async () => (await meter.textContent())?.trim(), { timeout: 10_000 }).toBe(word)
    expect(await hint.textContent()).toContain(advice)
  }
  await field.pressSequentially('lovel')
  await says('0', 'That’s too short.', 'Use at least 8 characters.')
  await field.fill(STRONG)
  await says('4', 'Strong', usual ?? '')
  // The page knows the address, and so does whoever guesses.
  await field.fill(`${PERSON.email}1`)
  await expect.poll(() => hint.textContent(), { timeout: 10_000 }).toMatch(/made of your name or address/)
  expect(await page.locator('[role=alert], .fault, [aria-invalid]').count()).toBe(0)
  await field.fill('')
  await says('0', '', usual ?? '')
  expect(faults).toEqual([])
  await context.close()
})

it('A-565 without script the page sets a password as well, and shows no meter', async () => {
  const { page, context } = await visit(browser, { javaScriptEnabled: false })
  await page.goto(`${house().issuer}${await setPasswordLink(house(), PERSON.email)}`)
  expect(await page.locator('[data-strength-of=password] .strength').isVisible()).toBe(false)
  await page.getByLabel('New password').fill(STRONG)
  await page.getByRole('button', { name: 'Set password' }).click()
  await page.getByRole('heading', { name: 'Your password is set' }).waitFor()
  await context.close()
})
