import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Agent } from '../support/agent.ts'
import { agentOf, authorizationRequest, basic, follow, PERSON, PORTAL } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { sendRaw, statusOf } from './probes.ts'

const FORM = 'application/x-www-form-urlencoded'
const PROTOCOL = ['/oauth2/token', '/oauth2/introspect', '/oauth2/revoke', '/oauth2/par', '/oauth2/userinfo']
const PAGES = ['/oauth2/logout/confirm', '/set-password', '/interaction']

withHouse({ storage: 'postgresql' }, (house) => {
  const node = () => house().nodes[0]?.url ?? ''
  let agent: Agent
  let interaction: string
  beforeAll(async () => {
    agent = agentOf(house())
    interaction = (await follow(agent, house().issuer, authorizationRequest(PORTAL).url)).at
  })
  const pathOf = (path: string) => (path === '/interaction' ? new URL(interaction).pathname : path)
  const own = () => ({
    origin: house().issuer,
    'sec-fetch-site': 'same-origin',
    'sec-fetch-mode': 'navigate',
  })

  async function send(path: string, type: string, body: string, more: Record<string, string> = {}) {
    const began = performance.now()
    const answer = await agent.request(pathOf(path), {
      body,
      headers: { ...basic(PORTAL), ...own(), 'content-type': type, ...more },
    })
    expect(performance.now() - began).toBeLessThan(5_000)
    return answer
  }

  describe('bodies', () => {
    it.each([...PROTOCOL, ...PAGES])('A-904 %s takes no compressed one', async (path) => {
      const bytes = gzipSync(`token=x&a=${'b'.repeat(1000)}`).toString('latin1')
      for (const encoding of ['gzip', 'br', 'deflate', 'identity, gzip', 'GZIP']) {
        const answer = await send(path, FORM, bytes, { 'content-encoding': encoding })
        expect([400, 415]).toContain(answer.status)
      }
    })

    it.each([...PROTOCOL, ...PAGES])(
      'A-904 %s takes no megabyte, no multipart, no 100,000 fields',
      async (path) => {
        expect([400, 413]).toContain((await send(path, FORM, `a=${'b'.repeat(1_000_000)}`)).status)
        const multipart = '--x\r\nContent-Disposition: form-data; name="token"\r\n\r\nx\r\n--x--\r\n'
        expect([400, 415]).toContain((await send(path, 'multipart/form-data; boundary=x', multipart)).status)
        const fields = Array.from({ length: 100_000 }, (_, n) => `k${n}=`).join('&')
        expect([400, 413]).toContain((await send(path, FORM, fields)).status)
      },
    )

    it.each(PROTOCOL)('A-904 %s reads brackets as part of a name', async (path) => {
      const nested = `token[a][b]=x&grant_type[$ne]=x&${'c'.repeat(50)}${'[d]'.repeat(5_000)}=e`
      const answer = await send(path, FORM, nested)
      expect([400, 401]).toContain(answer.status)
      expect(answer.text).not.toContain('[d]')
    })

    it('A-904 after all of which the page that was open can still be used', async () => {
      const page = await agent.request(interaction)
      const sent = await agent.submit(page, interaction, {
        username: PERSON.email,
        password: PERSON.password,
      })
      expect(sent.status).toBe(303)
    })
  })

  describe('spellings of a path', () => {
    it.each(['/oauth2/token', '/oauth2/authorize', '/set-password', '/interaction', '/logos/x/y'])(
      'A-905 %s has one',
      async (path) => {
        const [, first = '', ...rest] = pathOf(path).split('/')
        const tail = rest.map((part) => `/${part}`).join('')
        const spellings = [
          `//${first}${tail}`,
          `/./${first}${tail}`,
          `/x/../${first}${tail}`,
          `/${first}/.${tail || '/'}`,
          `/${first}/${tail}`,
          `/${first.toUpperCase()}${tail}`,
          `/${first}${tail}/`,
          `/${first}${tail};x=1`,
          `/${first};x=1${tail}`,
          `/${first}${tail}%00`,
          `/${first}${tail}%20`,
          `/${first}${tail}%2f`,
          `/%${first.charCodeAt(0).toString(16)}${first.slice(1)}${tail}`,
          `/%2e%2e/${first}${tail}`,
          `/x/%2e%2e/${first}${tail}`,
          `/${first}${tail.replaceAll('/', '\\')}\\`,
          `\\${first}${tail}`,
        ]
        for (const method of ['GET', 'POST']) {
          for (const spelling of spellings) {
            const answer = await sendRaw(
              node(),
              `${method} ${spelling} HTTP/1.1\r\nHost: localhost:3000\r\nConnection: close\r\n` +
                `Origin: ${house().issuer}\r\nContent-Type: ${FORM}\r\nContent-Length: 3\r\n\r\na=b`,
            )
            // Node itself answers a target that does not begin with a slash.
            const status = spelling.startsWith('\\') ? 400 : 404
            expect([method, spelling, statusOf(answer)]).toEqual([method, spelling, status])
          }
        }
      },
    )
  })

  describe('the two listeners', () => {
    it('A-906 the public one shows no metrics and no readiness', async () => {
      for (const path of ['/metrics', '/readyz', '/readyz?verbose', '/livez', '/METRICS', '/metrics/']) {
        const answer = await agent.request(path)
        expect(answer.status).toBe(404)
        expect(answer.text).not.toMatch(/auth_logins_total|\[[+-]\]/)
      }
    })

    it('A-906 the management one has nothing of the public one', async () => {
      const base = house().nodes[0]?.management ?? ''
      expect((await fetch(`${base}/metrics`)).status).toBe(200)
      for (const path of [
        ...PROTOCOL,
        ...PAGES,
        '/.well-known/openid-configuration',
        '/',
        '/assets/base.css',
      ]) {
        expect((await fetch(base + path)).status).toBe(404)
      }
    })

    it('A-906 both are bound to the address that was configured', async () => {
      for (const listener of [node(), house().nodes[0]?.management ?? '']) {
        const { port } = new URL(listener)
        const outcome = await new Promise((resolve) => {
          const socket = connect({ host: '127.0.0.2', port: Number(port) })
          socket.once('connect', () => resolve('connected')).once('error', (error) => resolve(error))
        })
        expect(outcome).toMatchObject({ code: 'ECONNREFUSED' })
      }
    })
  })

  describe('what Koa would believe', () => {
    it.each([
      ['X-Forwarded-Proto of 12,000 commas', `X-Forwarded-Proto: ${','.repeat(12_000)}https`],
      ['X-Forwarded-Proto of 12,000 spaces', `X-Forwarded-Proto: a${' '.repeat(12_000)}b`],
      ['X-Forwarded-Host of 12,000 signs', `X-Forwarded-Host: ${'a, '.repeat(4_000)}`],
      ['X-Forwarded-For of 3,000 addresses', `X-Forwarded-For: ${'1.2.3.4, '.repeat(1_300)}`],
      ['a Referer elsewhere', 'Referer: https://evil.example/'],
    ])('A-908 %s changes nothing and costs nothing', async (_, header) => {
      for (const path of ['/.well-known/openid-configuration', '/oauth2/logout', '/nothing']) {
        const began = performance.now()
        const plain = `GET ${path} HTTP/1.1\r\nHost: localhost:3000\r\nConnection: close\r\n`
        const answer = await sendRaw(node(), `${plain}${header}\r\n\r\n`)
        expect(performance.now() - began).toBeLessThan(5_000)
        expect(statusOf(answer)).toBe(statusOf(await sendRaw(node(), `${plain}\r\n`)))
        expect(answer).not.toMatch(/evil\.example|https:\/\/localhost/)
      }
    })

    it('A-908 a Host with spaces, two Hosts or none are not served', async () => {
      for (const hosts of ['Host: a\r\nHost: b\r\n', '']) {
        const answer = await sendRaw(node(), `GET /oauth2/jwks HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`)
        expect(statusOf(answer)).toBe(400)
      }
      const spaced = await sendRaw(
        node(),
        'GET /oauth2/logout HTTP/1.1\r\nHost: evil example\r\nConnection: close\r\n\r\n',
      )
      expect(spaced).not.toContain('evil')
    })
  })
})
