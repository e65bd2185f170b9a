import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  agentOf,
  authorizationRequest,
  authorize,
  exchange,
  follow,
  PERSON,
  PORTAL,
  refresh,
  SET_UP,
} from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { commandWithin } from '../support/within.ts'
import { onDatabase } from './probes.ts'

const WITH_EVE = { ...SET_UP, users: [...SET_UP.users, { email: 'eve@example.com', email_verified: true }] }

withHouse({ storage: 'postgresql', nodes: 2, setUp: WITH_EVE }, (house) => {
  const linkFor = async (email: string) => {
    const { stdout } = await commandWithin(house(), ['user', 'link', email])
    return stdout.trim()
  }
  const page = async (link: string) => (await agentOf(house()).request(link)).status

  describe('a set-up file', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]']
    for (const [name, before] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg']) {
      bomb.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`)
    }

    it.each([
      ['that grows by its aliases', bomb.join('\n'), /:\d+:\d+: /],
      ['with a tag that asks for code', 'version: 1\nclients: !!js/function "() => 1"\n', /:2:10: /],
      ['that names a field twice', 'version: 1\nusers: []\nusers: []\n', /:3:1: .*twice/],
      ['with an unknown field', 'version: 1\nclints: []\n', /:2:1: clints/],
      [
        'that reads a file of the machine',
        'version: 1\nusers:\n  - email: new@example.com\n    password_file: ../../../etc/passwd\n',
        /:4:5: users\[0\]\.password_file/,
      ],
      ['of 100 MB', Buffer.alloc(100_000_000, '# '), /larger/],
      [
        'whose last entry is wrong',
        'version: 1\nusers:\n  - { email: new@example.com }\n  - { email: nobody }\n',
        /:4:\d+: users\[1\]/,
      ],
    ])('A-817 %s is refused by line and field, and changes nothing', async (_, content, told) => {
      const counts = () =>
        onDatabase(
          house(),
          'select (select count(*) from users) as users, (select count(*) from clients) as clients',
        )
      const before = await counts()
      const file = join(tmpdir(), `gatehouse-set-up-${crypto.randomUUID()}.yaml`)
      await writeFile(file, content)
      const { code, stderr } = await commandWithin(house(), ['apply', file])
      await rm(file)
      expect(code).not.toBe(0)
      expect(stderr).toMatch(told)
      expect(await counts()).toEqual(before)
    })
  })

  describe('a password by command', () => {
    it('A-818 is not taken from the arguments, and not repeated either', async () => {
      const secret = 'typed in the wrong place 1'
      for (const args of [[secret], ['--password', secret], [`--password=${secret}`]]) {
        const { code, stdout, stderr } = await house().run(['user', 'set-password', PERSON.email, ...args], {
          input: 'and another one 12345',
        })
        expect(code).toBe(64)
        expect(stdout + stderr).not.toContain(secret)
      }
      await authorize(house(), agentOf(house()), authorizationRequest(PORTAL))
    })

    it('A-227 signs out everywhere, at once and on every node', async () => {
      const agent = agentOf(house())
      const grace = { email: 'grace@example.com', password: 'nanosecond wire 1906' }
      const request = authorizationRequest(PORTAL, { scope: 'openid offline_access', prompt: 'consent' })
      const code = (await authorize(house(), agent, request, grace)).searchParams.get('code') ?? ''
      const { refresh_token: token } = (await exchange(agent, PORTAL, code, request.verifier)).json()
      const changed = await house().run(['user', 'set-password', grace.email], {
        input: 'microsecond wire 1907\n',
      })
      expect(changed.code).toBe(0)
      for (const { url } of house().nodes) {
        const answer = await refresh(agent, PORTAL, String(token), url)
        expect([answer.status, answer.json()['error']]).toEqual([400, 'invalid_grant'])
        const silent = await agent.request(authorizationRequest(PORTAL, { prompt: 'none' }).url, {
          node: url,
        })
        expect(silent.location).toContain('error=login_required')
      }
    })
  })

  describe('a secret that the server makes', () => {
    it('A-818 is shown once', async () => {
      const create = ['client', 'create', 'fresh', '--profile', 'service']
      const made = await commandWithin(house(), create)
      const secret = /client_secret: (\S+)/.exec(made.stdout)?.[1] ?? ''
      expect(secret.length).toBeGreaterThanOrEqual(43)
      const again = await house().run(create)
      expect([again.code, again.stdout]).toEqual([1, ''])
      expect(again.stderr).not.toContain(secret)
      for (const args of [
        ['client', 'list', '--json'],
        ['client', 'disable', 'fresh'],
      ]) {
        const { stdout, stderr } = await commandWithin(house(), args)
        expect(stdout + stderr).not.toContain(secret)
      }
    })
  })

  describe('a link to set a password', () => {
    it('A-818 is good until the next one is made, and never when it was guessed', async () => {
      const [first, second] = [await linkFor('eve@example.com'), await linkFor('eve@example.com')]
      expect([await page(first), await page(second)]).toEqual([400, 200])
      const token = new URL(second).searchParams.get('token') ?? ''
      const guesses = [
        '',
        'a'.repeat(43),
        token.slice(1),
        `${token}a`,
        token.toUpperCase(),
        `${token}&token=${token}`,
      ]
      for (const guess of guesses) expect(await page(`/set-password?token=${guess}`)).toBe(400)
      expect(await page(second)).toBe(200)
    })

    it('A-818 is not spent by looking at it, by another host’s form, or by a password that is refused', async () => {
      const agent = agentOf(house())
      const link = await linkFor('eve@example.com')
      const shown = await agent.request(link)
      const { csrf } = /name="csrf" value="(?<csrf>[^"]+)"/.exec(shown.text)?.groups ?? {}
      const form = { csrf: csrf ?? '', password: 'planted by somebody else 1' }
      const foreign: Record<string, string>[] = [
        { origin: 'http://evil.example', host: 'evil.example' },
        { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
        { origin: 'null', 'sec-fetch-site': 'cross-site' },
        {},
      ]
      for (const headers of foreign) {
        expect((await agent.request(link, { form, headers })).status).toBe(403)
      }
      expect((await agent.submit(shown, link, { password: 'short' })).status).toBe(400)
      expect(await page(link)).toBe(200)
    })

    it('A-818 is used once, however many try at once and wherever', async () => {
      const link = await linkFor('eve@example.com')
      const agents = house().nodes.flatMap((_, n) => [agentOf(house(), n), agentOf(house(), n)])
      const tries = agents.map(async (agent, n) => {
        const shown = await agent.request(link)
        return agent.submit(shown, link, { password: `number ${n} of the passwords` })
      })
      const statuses = (await Promise.all(tries)).map(({ status }) => status)
      expect(statuses.toSorted()).toEqual([200, 400, 400, 400])
      expect(await page(link)).toBe(400)

      const signedInBy: number[] = []
      for (const [n] of agents.entries()) {
        const agent = agentOf(house())
        const { at, page: form } = await follow(agent, house().issuer, authorizationRequest(PORTAL).url)
        const fields = { username: 'eve@example.com', password: `number ${n} of the passwords` }
        if ((await agent.submit(form, at, fields)).status === 303) signedInBy.push(n)
      }
      expect(signedInBy).toEqual([statuses.indexOf(200)])
    })
  })
})
