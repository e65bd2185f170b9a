/** What rules of risk say of sign-ins with the right password, and what follows: told, explained, mailed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Agent, Answer } from '../support/agent.ts'
import { codeOf, credentials, login } from '../support/first-party.ts'
import { agentOf, PERSON, SET_UP } from '../support/flows.ts'
import type { House } from '../support/house.ts'
import { startMailServer } from '../support/mail-server.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { type TrailLine, trailOf } from '../support/trail.ts'
import { commandWithin } from '../support/within.ts'
import { BEHIND_PROXY } from './guessing.ts'
import { metric, SOON } from './probes.ts'

/** Networks of universities, which stay where they are. */
const BERLIN = '130.149.7.1'
const PARIS = '129.199.1.1'
const TOKYO = '133.11.0.1'
const KYOTO = '130.54.1.1'
const LISTED = '192.0.2.66'

const GRACE = { email: 'grace@example.com', password: 'nanosecond wire 1906' }
const CROWD = Array.from({ length: 12 }, (_, n) => ({
  email: `reader-${n}@example.com`,
  password: `the same book in ${1900 + n} places`,
}))
// What is recorded and told is the same whatever has to be proven then.
const policies = { sign_in: { risky: '1fa' } }
const setUp = { ...SET_UP, policies, users: [...SET_UP.users, ...CROWD] }

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-risk-'))
const list = join(folder, 'addresses.txt')
writeFileSync(list, `# what attacks came from\n192.0.2.64/29\n`)
const mails = await startMailServer()
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await mails.close()
})

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

/** Where a request of the agent's comes from, this time. */
const at = (address: string) => ({ headers: { 'x-forwarded-for': address, 'user-agent': FIREFOX } })

async function signInAt(agent: Agent, address: string, person = PERSON): Promise<string> {
  const answer = await login(agent, credentials(person), at(address))
  expect(answer.status).toBe(200)
  return answer.headers.get('x-request-id') ?? ''
}

async function eventOf(house: House, requestId: string): Promise<TrailLine['event'] | undefined> {
  const trail = await trailOf(house)
  return trail.find(({ event }) => event['request_id'] === requestId && event.type.startsWith('login.'))
    ?.event
}

const env = { ...BEHIND_PROXY, RATE_LIMIT_LOGIN_ADDRESS: '1000/15m', ...mails.env, ADDRESS_REPUTATION: list }

onBothStorages(
  (house, storage) => {
    const newAgent = () => agentOf(house())

    describe('a sign-in with the right password', () => {
      it('is recorded with what was known of it, and is told of when a rule speaks', async () => {
        mails.received.length = 0
        const desk = newAgent()
        const requests = {
          first: await signInAt(desk, BERLIN),
          again: await signInAt(desk, BERLIN),
          moved: await signInAt(desk, PARIS),
          theirs: await signInAt(newAgent(), TOKYO),
        }
        const rulesOf = async (id: string) => (await eventOf(house(), id))?.details?.['rules']
        expect(await rulesOf(requests.first)).toEqual(['new_device:notify'])
        expect(await rulesOf(requests.again)).toEqual([])
        expect(await rulesOf(requests.moved)).toEqual(['new_country:notify'])
        expect(await eventOf(house(), requests.theirs)).toMatchObject({
          country: 'JP',
          details: {
            ...{ method: 'password', risk: 'step_up', device_seen: false, listed: false },
            rules: ['new_device:notify', 'new_country:notify', 'impossible_travel:step_up'],
            ...{ country: 'JP', countries: ['FR', 'DE'], from_country: 'FR' },
          },
        })
        const speaks = 'auth_risk_findings_total{rule="impossible_travel",outcome="step_up"}'
        expect(await metric(house(), speaks)).toBe(1)

        await expect.poll(() => mails.received.length, SOON).toBe(3)
        const mail = mails.received.find(({ text }) => text?.includes(TOKYO))
        expect(mail?.subject).toBe('Your account was used on a new device')
        expect(mail?.text).toContain('Browser: Firefox')
        expect(mail?.text).toContain(`Address: ${TOKYO}\nCountry: Japan`)
        expect(mail?.text).toContain('It is too far from where your account was used last')
      })

      it('can be explained by its request id', async () => {
        const id = await signInAt(newAgent(), LISTED, GRACE)
        const { stdout } = await commandWithin(house(), ['risk', 'explain', id])
        expect(stdout).toMatch(/^A sign-in of grace@example\.com, .*, from 192\.0\.2\.66$/m)
        expect(stdout).toContain('  device: new to this person\n')
        expect(stdout).toContain('  listed_address → step_up: The address is in the file of addresses')
        expect(stdout).toMatch(/^Decided: step_up/m)
        const json = await commandWithin(house(), ['risk', 'explain', id, '--json'])
        expect(JSON.parse(json.stdout)).toMatchObject({
          ...{ request_id: id, decided: 'step_up', address: LISTED, known: { listed: true } },
          rules: [{ rule: 'new_device' }, { rule: 'listed_address', outcome: 'step_up' }],
        })
        // Not to come among the mails of what follows.
        const isTold = () => mails.received.some(({ text }) => text?.includes(`Address: ${LISTED}`))
        await expect.poll(isTold, SOON).toBe(true)
        await expect(commandWithin(house(), ['risk', 'explain', 'none'])).rejects.toThrow(
          'No assessment of a request none',
        )
      })
    })

    it('is answered like a wrong password where the policy denies it, and counts as one', async () => {
      const policy = (risk: object) => house().apply({ version: 1, policies: { risk } })
      await policy({ listed_address: 'deny' })
      mails.received.length = 0
      const attempt = (password: string) => login(newAgent(), { username: GRACE.email, password }, at(LISTED))
      const face = ({ status, headers, text }: Answer) => ({
        ...{ status, text: text.replace(/"request_id":"[^"]*"/, '') },
        names: [...headers.keys()],
      })
      await expect.poll(async () => (await attempt(GRACE.password)).status, SOON).toBe(401)
      const denied = await attempt(GRACE.password)
      expect(face(denied)).toEqual(face(await attempt('nanosecond wire 1907')))
      expect(denied.headers.getSetCookie()).toEqual([])

      const id = denied.headers.get('x-request-id') ?? ''
      expect(await eventOf(house(), id)).toMatchObject({ type: 'login.failed', reason: 'denied' })
      const { stdout } = await commandWithin(house(), ['risk', 'explain', id])
      expect(stdout).toContain('A sign-in with the right password that was refused of grace@example.com')
      expect(stdout).toContain('Decided: deny\n')
      await expect
        .poll(() => mails.received.map(({ subject }) => subject), SOON)
        .toEqual(['A sign-in with your password was refused'])
      await policy({})
      await expect.poll(async () => (await attempt(GRACE.password)).status, SOON).toBe(200)
    })

    it('would have come to something else by another policy, which replay says', async () => {
      const stays = await signInAt(newAgent(), '192.0.2.200', GRACE)
      const goes = await signInAt(newAgent(), LISTED, GRACE)
      const file = join(folder, `${storage}.yaml`)
      writeFileSync(file, 'version: 1\npolicies:\n  risk: { new_device: allow, listed_address: deny }\n')
      const run = (...args: string[]) => commandWithin(house(), ['risk', 'replay', '--policy', file, ...args])
      const told = JSON.parse((await run('--since', '1h', '--json')).stdout)
      const about = (id: string) => told.changed.find((one: { request_id: string }) => one.request_id === id)
      expect(about(goes)).toMatchObject({
        ...{ person: GRACE.email, address: LISTED, was: 'step_up', would: 'deny' },
        rules: ['new_device', 'listed_address'],
      })
      expect(about(stays)).toMatchObject({ was: 'notify', would: 'allow' })
      expect(told.stopped).toBe(
        told.changed.filter(({ would }: { would: string }) => would === 'deny').length,
      )
      expect(told.was.deny + told.stopped).toBe(told.would.deny)

      const { stdout } = await run()
      expect(stdout).toMatch(/^\d+ assessments since .*\n.*\nwas .*\nwould be /)
      expect(stdout).toContain(`${told.stopped} more would have been stopped`)
      expect(stdout).toMatch(
        new RegExp(`grace@example.com +${LISTED} .*step_up +deny +new_device listed_address +${goes}`),
      )

      writeFileSync(file, 'version: 1\npolicies:\n  risk: { new_device: never }\n')
      await expect(run()).rejects.toThrow(':3:11: policies.risk.new_device: must be allow')
      writeFileSync(file, 'version: 1\n')
      await expect(run()).rejects.toThrow('says nothing of policies.risk')
    })

    if (storage === 'redis')
      it('A-405 of stuffing, the right passwords get the rules of risk, and many accounts from one address speak', async () => {
        const requests: string[] = []
        for (const [n, person] of CROWD.entries()) {
          const wrong = await login(
            newAgent(),
            { username: `nobody-${n}@example.com`, password: 'x' },
            at(KYOTO),
          )
          expect(codeOf(wrong)).toEqual([401, 'invalid_credentials'])
          requests.push(await signInAt(agentOf(house(), n % 2), KYOTO, person))
          // Another device of the same person is no other account.
          if (n === 0) await signInAt(newAgent(), KYOTO, person)
        }
        const trail = await trailOf(house())
        const rules = requests.map(
          (id) => trail.find(({ event }) => event['request_id'] === id)?.event.details?.['rules'],
        )
        expect(rules).toEqual([
          ...Array.from({ length: 10 }, () => ['new_device:notify']),
          ...Array.from({ length: 2 }, () => ['new_device:notify', 'many_accounts:notify']),
        ])
      })
  },
  { env, setUp },
)
