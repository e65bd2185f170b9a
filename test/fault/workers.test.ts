/** Who does the background work, over processes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { metric, SOON } from '../security/probes.ts'
import { agentOf, SET_UP } from '../support/flows.ts'
import { type House, type Node, openHouse } from '../support/house.ts'
import { stealAndUse } from '../support/reuse.ts'
import { within } from '../support/within.ts'

const WAITING = 'auth_outbox_messages{state="waiting"}'

describe('a node of one role', () => {
  let house: House
  beforeAll(async () => {
    const env = { REFRESH_REUSE_GRACE: '0' }
    house = await openHouse({ storage: 'postgresql', nodes: 0, setUp: SET_UP, env })
  })
  afterAll(() => house.stop())

  it('F-151 the web serves without a worker: the outbox grows, and metric and doctor say so', async () => {
    const web = await house.start(0, {}, ['--role=web'])
    expect(await stealAndUse(house, [web.url])).toEqual([200, 400])
    // Mails about a device and a reuse come of their events, which a worker has to chain. One was left by another.
    expect(await metric(house, WAITING)).toBe(0)
    await within(house, async ({ accounts, outbox, clock }) => {
      const sub = (await accounts.users.findByEmailKey('ada@example.com'))?.sub ?? ''
      const payload = { mail: 'reuse-detected', sub, at: clock.now(), clientId: 'portal', ended: 'user' }
      await outbox.add({ kind: 'mail', payload, at: clock.now() })
    })
    expect(await metric(house, WAITING)).toBe(1)
    expect(await metric(house, 'auth_worker_leads')).toBe(0)
    const { code, stdout } = await house.run(['doctor'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^note +worker +none has led yet$/m)
    expect(stdout).toMatch(/^ok +outbox +1 messages? waiting, the oldest for \d+s$/m)
    expect(stdout).toMatch(/^note +mail +SMTP_URL is not set: mail is shown at \/dev\/mailbox$/m)
  })

  it('F-151 a worker does what was left, and answers only on its management listener', async () => {
    const worker = await house.start(0, {}, ['--role=worker'])
    expect(worker.lines.find((line) => line.includes('"ready"'))).not.toContain('"port"')
    expect((await fetch(`${worker.management}/readyz`)).status).toBe(200)
    const mailbox = () => agentOf(house).request('/dev/mailbox')
    await expect.poll(async () => (await mailbox()).text, SOON).toContain('You were signed out to be safe')
    await expect.poll(async () => metric(house, WAITING), SOON).toBe(0)
    expect(await worker.stop()).toBe(0)
    const { stdout } = await house.run(['doctor'])
    expect(stdout).toMatch(/^warn +worker +none leads since \d+s/m)
  })

  it('A-907 the mailbox shows a mail as text and as HTML, to this machine alone', async () => {
    const agent = agentOf(house)
    const { text } = await agent.request('/dev/mailbox')
    expect(text).toContain('ada@example.com')
    const [, path = ''] = /href="(\/dev\/mailbox\/[\da-f-]+)"/.exec(text) ?? []
    const html = await agent.request(path)
    expect(html.text).toContain('<meta name="color-scheme" content="light dark">')
    expect(html.headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/)
    for (const target of ['/dev/mailbox', path]) {
      const forwarded = await agent.request(target, { headers: { 'x-forwarded-for': '192.0.2.7' } })
      expect([target, forwarded.status]).toEqual([target, 404])
    }
    for (const target of ['/dev/mailbox/x', `${path.slice(0, -4)}0000`])
      expect([target, (await agent.request(target)).status]).toEqual([target, 404])
  })
})

describe('F-150 a leader', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse({ storage: 'postgresql', nodes: 2 })
  })
  afterAll(() => house.stop())

  const leads = async ({ management }: Node): Promise<boolean> =>
    (await (await fetch(`${management}/metrics`)).text()).includes('auth_worker_leads 1')
  const FOLLOWED = { timeout: 15_000, interval: 100 }

  it('that is stopped (SIGSTOP) is followed within 15 seconds, and steps down when it goes on', async () => {
    const [a, b] = house.nodes
    if (a === undefined || b === undefined) throw new Error('two nodes are needed')
    await expect.poll(async () => (await leads(a)) !== (await leads(b)), SOON).toBe(true)
    const [leader, other] = (await leads(a)) ? [a, b] : [b, a]
    leader.process.kill('SIGSTOP')
    await expect.poll(() => leads(other), FOLLOWED).toBe(true)
    leader.process.kill('SIGCONT')
    await expect.poll(() => leads(leader), SOON).toBe(false)
    expect(leader.lines.some((line) => line.includes('no longer leads'))).toBe(true)
    expect(await leads(other)).toBe(true)
    // Told to stop, a leader hands over at once.
    const stopped = other.stop()
    await expect.poll(() => leads(leader), FOLLOWED).toBe(true)
    expect(await stopped).toBe(0)
  })
})
