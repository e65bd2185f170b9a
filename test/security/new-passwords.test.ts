/** What a new password must be, at every door where one is set. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { rename, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { stringify } from 'yaml'
import type { Answer } from '../support/agent.ts'
import { agentOf, PERSON, SET_UP } from '../support/flows.ts'
import { freshFolder } from '../support/folders.ts'
import { type House, openHouse } from '../support/house.ts'
import { commandWithin, setPasswordLink } from '../support/within.ts'
import { withoutFaults } from './answers.ts'
import { OURS } from './browsers.ts'

const BREACHED = 'a leaked but long password 1'
const GOOD = 'seven looms beside a window'
const hashOf = (password: string): string => createHash('sha1').update(password).digest('hex').toUpperCase()

/** A list as Have I Been Pwned's answers: by five digits, with others, padded. */
async function startList() {
  const asked: Pick<IncomingMessage, 'url' | 'headers'>[] = []
  let hangs = false
  const server = createServer((req, res) => {
    asked.push({ url: req.url ?? '', headers: req.headers })
    if (hangs) return
    const known = [BREACHED].map(hashOf).filter((hash) => req.url === `/range/${hash.slice(0, 5)}`)
    const padding = Array.from({ length: 800 }, (_, n) => `${hashOf(`padding ${n}`).slice(5)}:0`)
    res.end([...padding, ...known.map((hash) => `${hash.slice(5)}:31`)].join('\r\n'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/range/`,
    asked,
    hang: (yes: boolean) => {
      hangs = yes
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

describe('a new password', () => {
  const folder = freshFolder()
  const words = join(folder, 'words.txt')
  let list: Awaited<ReturnType<typeof startList>>
  let opened: House | undefined
  const house = (): House => {
    if (opened === undefined) throw new Error('the house is not open')
    return opened
  }
  withoutFaults(house)
  beforeAll(async () => {
    list = await startList()
    await writeFile(words, 'Menabrea\n')
    opened = await openHouse({
      storage: 'postgresql',
      setUp: SET_UP,
      env: { PASSWORD_BREACHED: list.url, PASSWORD_WORDS: words, OUTBOUND_ALLOW_PRIVATE: 'true' },
    })
    list.asked.length = 0
  })
  afterAll(async () => {
    await opened?.stop()
    list.close()
  })

  async function setByLink(password: string, link?: string): Promise<Answer> {
    const agent = agentOf(house())
    const at = link ?? (await setPasswordLink(house(), PERSON.email))
    return agent.submit(await agent.request(at), at, { password })
  }
  /** The page's words from its alert on. */
  const alertOf = ({ text }: Answer): string => (text.split('role="alert"')[1] ?? '').split('<form')[0] ?? ''
  const metric = async (result: string): Promise<number> => {
    const text = await (await fetch(`${house().nodes[0]?.management}/metrics`)).text()
    return Number(text.match(`auth_password_breach_checks_total{result="${result}"} (\\d+)`)?.[1])
  }

  it('A-565 is refused by the page with a reason, which spends nothing of the link', async () => {
    const link = await setPasswordLink(house(), PERSON.email)
    for (const [password, reason] of [
      ['short', 'too short'],
      ['Password123!', 'first that is guessed'],
      ['Lovelace1815', 'your name or address'],
      ['Menabrea 1842', 'words of this service'],
      [BREACHED, 'become known'],
    ] as const) {
      const sent = await setByLink(password, link)
      expect([password, sent.status, alertOf(sent)]).toEqual([password, 400, expect.stringContaining(reason)])
      expect(sent.text).not.toContain(`value="${password}`)
    }
    expect((await setByLink(GOOD, link)).status).toBe(200)
  })

  it('A-565 V6.2.12 the list of known ones learns five digits, and only of what is not refused anyway', () => {
    expect(list.asked.map(({ url }) => url)).toEqual(
      [BREACHED, GOOD].map((password) => `/range/${hashOf(password).slice(0, 5)}`),
    )
    for (const { headers } of list.asked) expect(headers['add-padding']).toBe('true')
  })

  it('A-565 a list that does not answer keeps nobody waiting for long, and is noticed', async () => {
    const failed = await metric('failed')
    list.hang(true)
    const began = performance.now()
    expect((await setByLink(BREACHED)).status).toBe(200)
    list.hang(false)
    expect(performance.now() - began).toBeLessThan(5000)
    expect(await metric('failed')).toBe(failed + 1)
    const line = house().nodes[0]?.lines.find((text) => text.includes('list of known passwords'))
    expect(JSON.parse(line ?? '')).toMatchObject({ level: 'warn', component: 'passwords' })
    expect(line).not.toContain(hashOf(BREACHED).slice(0, 5))
  })

  it('V6.2.11 is not made of words that the operator has listed since', async () => {
    expect((await setByLink('Scheutz Stockholm 7')).status).toBe(200)
    await writeFile(`${words}.new`, 'Scheutz Stockholm\n')
    await rename(`${words}.new`, words)
    const rate = async () =>
      (
        await agentOf(house()).request('/password-strength', {
          body: JSON.stringify({ password: 'Scheutz Stockholm 7' }),
          headers: { 'content-type': 'application/json', ...OURS },
        })
      ).json()
    await vi.waitUntil(async () => (await rate())['refusal'] === 'local_word', {
      timeout: 30_000,
      interval: 200,
    })
    expect((await setByLink('Scheutz Stockholm 7')).status).toBe(400)
  })

  it('A-565 is refused by the command line with a reason, and nothing is changed', async () => {
    const set = (input: string) => house().run(['user', 'set-password', PERSON.email], { input })
    const { code, stderr } = await set('Lovelace1815\n')
    expect(code).toBe(1)
    expect(stderr).toContain('Refused: the password is made of the person’s name or address.')
  })

  it('A-565 is refused by apply where it stands; one that is set already stays good', async () => {
    const apply = async (users: object[], env: Record<string, string> = {}) => {
      const file = join(folder, 'set-up.yaml')
      await writeFile(file, stringify({ version: 1, users }))
      return commandWithin(house(), ['apply', file], { env })
    }
    const mary = (password: string) => ({ email: 'mary@example.com', name: 'Mary Somerville', password })
    const refused = await apply([{ email: 'eve@example.com' }, mary('Somerville1!')])
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/:6:5: users\[1\]\.password: is made of the person’s name or address\n/),
    ])
    expect(await apply([mary('mechanism of the heavens')])).toMatchObject({ code: 0 })
    const stricter = { PASSWORD_MIN_LENGTH: '30' }
    expect(await apply([mary('mechanism of the heavens')], stricter)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing to do'),
    })
    expect((await apply([mary('physical sciences, 1834')], stricter)).stderr).toContain(
      'has fewer than 30 characters',
    )
  })
})
