/** Data keys change while two nodes serve and clients work: nobody notices, but for what was declared compromised. */
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { assertionBy, presenting } from '../security/assertions.ts'
import { GRACE } from '../security/browsers.ts'
import { call, isActive, onDatabase, SIGNER, SOON, WITH_SIGNER } from '../security/probes.ts'
import type { Agent, Answer } from '../support/agent.ts'
import { credentials, login } from '../support/first-party.ts'
import {
  agentOf,
  authorizationRequest,
  exchange,
  follow,
  PERSON,
  PORTAL,
  refresh,
  signIn,
  type Tokens,
} from '../support/flows.ts'
import type { House } from '../support/house.ts'
import { familiesOf, type Load, refreshSteadily } from '../support/load.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { answerMfa, totpCode, withRecoveryCodes, withTotp } from '../support/second-factors.ts'
import { commandWithin, setPasswordLink } from '../support/within.ts'

interface ListedKey {
  purpose: string
  number: number
  state: string
  copies: number
  copies_unlisted: number
}

/** Between the requests of one client, in ms: all of them together still ask at every moment of a change. */
const PACE = 40

/** For what takes seconds, and costs something to look at. */
const IN_TIME = { ...SOON, interval: 300 }

type Over = { env?: Record<string, string> }

async function listed(house: House, over: Over = {}): Promise<ListedKey[]> {
  const { stdout } = await commandWithin(house, ['keys', 'list', '--json'], over)
  return (JSON.parse(stdout) as { data_keys: ListedKey[] }).data_keys
}

const stateOf = async (house: House, purpose: string, number: number): Promise<string | undefined> =>
  (await listed(house)).find((key) => key.purpose === purpose && key.number === number)?.state

async function done(house: House, args: string[], over: Over = {}): Promise<string> {
  const { code, stderr } = await commandWithin(house, ['keys', ...args], over)
  expect([code, stderr]).toEqual([0, stderr])
  return stderr
}

/** What is said instead of doing it. */
const refusal = (house: House, args: string[], over: Over = {}): Promise<string> =>
  commandWithin(house, ['keys', ...args], over).then(
    ({ stderr }) => Promise.reject(new Error(`it was done: ${stderr}`)),
    ({ message }: Error) => message,
  )

/** Whether a browser is signed in: asked without a page, at each node. */
async function signedIn(house: House, agent: Agent): Promise<(string | undefined)[]> {
  const answers: (string | undefined)[] = []
  for (const { url } of house.nodes.slice(-2)) {
    const request = authorizationRequest(PORTAL, { prompt: 'none' })
    const { location } = await agent.request(request.url, { node: url })
    const back = new URL(location ?? 'none:')
    answers.push(back.searchParams.has('code') ? 'yes' : (back.searchParams.get('error') ?? undefined))
  }
  return answers
}

/** At every node in turn, each with the token that the one before gave. */
async function refreshEverywhere(house: House, token: string): Promise<number[]> {
  const statuses: number[] = []
  for (let current = token; statuses.length < 2; ) {
    const answer = await refresh(agentOf(house), PORTAL, current, house.nodes.at(-1 - statuses.length)?.url)
    statuses.push(answer.status)
    current = (answer.json() as unknown as Tokens).refresh_token ?? current
  }
  return statuses
}

const signerCalls = (house: House) =>
  call(agentOf(house), '/oauth2/token', {
    grant_type: 'client_credentials',
    scope: 'orders:read',
    resource: 'https://orders.example',
    ...presenting(assertionBy(SIGNER, house.issuer)),
  })

/** In turn to every node that may be asked. */
function balance(nodes: () => readonly string[]): () => string {
  let turn = 0
  return () => nodes()[turn++ % nodes().length] ?? ''
}

const failed = ({ outcomes }: Load) => outcomes.filter(({ status }) => status !== 200)

withHouse(
  { storage: 'redis', nodes: 2, setUp: WITH_SIGNER, env: { REFRESH_REUSE_GRACE: '60s' } },
  (house) => {
    describe('data keys that rotate', () => {
      it('F-154 pepper, cookie and refresh change under load: no request fails, nobody is signed out', async () => {
        const ada = agentOf(house())
        const before = (await signIn(house(), ada, PORTAL)).tokens
        const link = await setPasswordLink(house(), 'grace@example.com')
        const load = refreshSteadily(
          PORTAL,
          await familiesOf(house(), PORTAL, 4),
          balance(() => house().nodes.map(({ url }) => url)),
          PACE,
        )
        const visits: unknown[] = []
        let visiting = true
        const visitor = (async () => {
          for (; visiting; await delay(PACE)) visits.push(...(await signedIn(house(), ada)))
        })()
        try {
          await load.served()
          for (const purpose of ['pepper', 'cookie', 'refresh'])
            await done(house(), ['rotate', purpose, '--in', '3s'])
          await expect.poll(() => inUse(house(), 2), IN_TIME).toEqual(['cookie', 'pepper', 'refresh'])
          // Until nodes have taken it in, which a client's secret, hashed anew by its use, tells, and a new token.
          await expect.poll(() => secretOf(house(), 'portal'), SOON).toMatch(/^2:/)
          const newest = async () => (await familiesOf(house(), PORTAL, 1)).map(keyNumber)
          await expect.poll(newest, IN_TIME).toEqual([2])
          await load.served()
          await load.served()
        } finally {
          visiting = false
          await Promise.all([load.stop(), visitor])
        }
        expect(failed(load)).toEqual([])
        expect(new Set(visits)).toEqual(new Set(['yes']))
        expect(await isActive(agentOf(house()), before.access_token)).toBe(true)
        expect(await refreshEverywhere(house(), before.refresh_token)).toEqual([200, 200])
        expect((await agentOf(house()).request(link)).status).toBe(200)

        const grace = agentOf(house())
        const after = (await signIn(house(), grace, PORTAL)).tokens
        expect(await refreshEverywhere(house(), after.refresh_token)).toEqual([200, 200])
        expect(await signedIn(house(), grace)).toEqual(['yes', 'yes'])
        expect([before, after].map((tokens) => keyNumber(tokens.refresh_token))).toEqual([1, 2])
        expect(house().log()).not.toContain('"level":"error"')
      })

      it('what was kept under the pepper before can be ended: token, family, session', async () => {
        const people = [agentOf(house()), agentOf(house()), agentOf(house())] as const
        const [first, second, third] = await Promise.all(
          people.map((agent) => signIn(house(), agent, PORTAL)),
        )
        const late = agentOf(house())
        const asked = authorizationRequest(PORTAL)
        const { at, page } = await follow(late, house().issuer, asked.url)
        await age(house(), 'pepper')
        await done(house(), ['rotate', 'pepper', '--in', '0s'])

        // A page that was open when the pepper changed leads on.
        const sent = await late.submit(page, at, { username: PERSON.email, password: PERSON.password })
        const { page: end } = await follow(late, house().issuer, sent.location ?? '')
        const code = new URL(end.location ?? 'none:').searchParams.get('code') ?? ''
        expect((await exchange(late, PORTAL, code, asked.verifier)).status).toBe(200)

        const revoke = (token = '') => call(agentOf(house()), '/oauth2/revoke', { token }, PORTAL)
        expect((await revoke(first?.tokens.access_token)).status).toBe(200)
        expect(await isActive(agentOf(house()), first?.tokens.access_token ?? '')).toBe(false)
        expect(await refreshEverywhere(house(), first?.tokens.refresh_token ?? '')).toEqual([200, 200])

        expect((await revoke(second?.tokens.refresh_token)).status).toBe(200)
        expect(await refreshEverywhere(house(), second?.tokens.refresh_token ?? '')).toEqual([400, 400])

        expect(await signedIn(house(), people[2])).toEqual(['yes', 'yes'])
        for (const act of ['disable', 'enable'])
          expect(await commandWithin(house(), ['user', act, 'ada@example.com'])).toMatchObject({ code: 0 })
        expect(await signedIn(house(), people[2])).toEqual(['login_required', 'login_required'])
        expect(await refreshEverywhere(house(), third?.tokens.refresh_token ?? '')).toEqual([400, 400])
      })

      it('L-3 a repeat gets the same successor, byte for byte, whatever key is in use by then', async () => {
        const { tokens } = await signIn(house(), agentOf(house()), PORTAL)
        const successor = async (node: number) => {
          const answer = await refresh(
            agentOf(house()),
            PORTAL,
            tokens.refresh_token,
            house().nodes[node]?.url,
          )
          return (answer.json() as unknown as Tokens).refresh_token
        }
        const first = await successor(0)
        await done(house(), ['rotate', 'refresh', '--in', '0s'])
        expect([await successor(0), await successor(1)]).toEqual([first, first])
      })

      it('a client assertion is used once, however many peppers there are', async () => {
        const assertion = presenting(assertionBy(SIGNER, house().issuer))
        const uses = house().nodes.map(({ url }) =>
          agentOf(house()).request('/oauth2/token', {
            form: {
              grant_type: 'client_credentials',
              scope: 'orders:read',
              resource: 'https://orders.example',
              ...assertion,
            },
            headers: { accept: 'application/json' },
            node: url,
          }),
        )
        const statuses = (await Promise.all(uses)).map(({ status }) => status)
        expect(statuses.toSorted()).toEqual([200, 401])
      })

      it('says when a pepper may change and a key be retired, and what it does not do', async () => {
        for (const [args, words] of [
          [['rotate', 'pepper'], /can be in use from \d{4}-\d\d-\d\dT/],
          [['retire', 'refresh', '1'], /may live until/],
          [['retire', 'refresh', '3'], /is in use/],
          [['retire', 'refresh', '99'], /no data key/],
        ] as const) {
          expect(await refusal(house(), [...args])).toMatch(words)
        }
        const refused = await house().run(['keys', 'rotate', 'pepper'])
        expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/can be in use from/)])
        const { stdout } = await commandWithin(house(), ['keys', 'list'])
        expect(stdout).toMatch(/^pepper +2 +kept/m)
        expect(stdout).toMatch(/^pepper +3 +current/m)
        expect(stdout).toMatch(/ES256 +active/)
      })
    })

    describe('data keys that are retired', () => {
      it('the pepper goes when every client’s secret has moved on, and those that are known move by themselves', async () => {
        await age(house(), 'pepper')
        const refused = await refusal(house(), ['retire', 'pepper', '1'])
        expect(refused).toMatch(/needed by .*other-api/)
        expect(refused).not.toContain('portal')
        expect(refused).not.toContain(SIGNER.clientId)
        expect((await signerCalls(house())).status).toBe(200)
        await onDatabase(house(), `delete from clients where secret_hash like '1:%'`)
        await done(house(), ['retire', 'pepper', '1'])
        expect(await stateOf(house(), 'pepper', 1)).toBe('retired')
        expect((await signIn(house(), agentOf(house()), PORTAL)).tokens.id_token).toMatch(/^eyJ/)
      })

      it('F-154 what a field key has encrypted is encrypted anew before it goes; else nothing starts', async () => {
        const config = { issuer: 'https://acme.example', client_id: 'house', client_secret: 'of acme' }
        await house().apply({
          version: 1,
          connectors: [{ slug: 'acme', type: 'oidc', config, disabled: true }],
        })
        const sealed = () =>
          onDatabase<{ name: string; value: Buffer }>(
            house(),
            `select kid as name, private_sealed as value from signing_keys union all
           select client_id, secret_sealed from clients where secret_sealed is not null union all
           select slug, secret_sealed from connectors where secret_sealed is not null`,
          )
        const before = await sealed()
        expect(before.length).toBeGreaterThan(4)
        const secret = await withTotp(house(), GRACE.email)
        const [recovery = ''] = await withRecoveryCodes(house(), GRACE.email)
        await done(house(), ['rotate', 'field', '--in', '0s'])
        await age(house(), 'field')
        await done(house(), ['retire', 'field', '1'])
        // What people prove themselves with goes on, too.
        for (const [method, code] of [
          ['totp', totpCode(secret)],
          ['recovery-codes', recovery],
        ] as const) {
          const agent = agentOf(house())
          const { mfa_token } = (await login(agent, credentials(GRACE))).json()
          await expect
            .poll(async () => (await answerMfa(agent, { mfa_token, method, code })).status, SOON)
            .toBe(200)
        }
        expect((await sealed()).map(({ value }) => value.readUInt32BE(0))).toEqual(before.map(() => 2))
        // Without a pause between the two, a node may yet have to hear of the new key.
        await expect.poll(async () => (await signerCalls(house())).status, SOON).toBe(200)
        await house().start()
        const [old] = before
        await onDatabase(house(), 'update signing_keys set private_sealed = $2 where kid = $1', [
          old?.name,
          old?.value,
        ])
        const { code, stderr } = await house().run(['serve'], { env: { PORT: '0', MANAGEMENT_PORT: '0' } })
        expect([code, stderr]).toEqual([1, expect.stringContaining('no field key 1')])
      })
    })
  },
)

withHouse({ storage: 'postgresql', nodes: 2, setUp: WITH_SIGNER }, (house) => {
  describe('MASTER_KEY', () => {
    it('F-154 changes node by node under load: sessions, cookies and secrets survive', {
      timeout: 90_000,
    }, async () => {
      const old = house().env['MASTER_KEY'] ?? ''
      const fresh = randomBytes(32).toString('base64')
      const ada = agentOf(house())
      const { tokens } = await signIn(house(), ada, PORTAL)
      const alone = { env: { MASTER_KEY: fresh, PORT: '0', MANAGEMENT_PORT: '0' } }
      const early = await house().run(['serve'], alone)
      expect([early.code, early.stderr]).toEqual([78, expect.stringContaining('MASTER_KEY does not open')])

      let serving = house().nodes.map(({ url }) => url)
      const load = refreshSteadily(
        PORTAL,
        await familiesOf(house(), PORTAL, 4),
        balance(() => serving),
        PACE,
      )
      try {
        for (const list of [`${fresh},${old}`, fresh]) {
          for (const node of house().nodes.slice(-2)) {
            serving = serving.filter((url) => url !== node.url)
            await load.served()
            await node.stop('SIGKILL')
            serving = [...serving, (await house().start(0, { MASTER_KEY: list })).url]
            await load.served()
            await expect.poll(() => signedIn(house(), ada), SOON).toEqual(['yes', 'yes'])
          }
        }
        expect((await listed(house(), alone)).map((key) => key.copies_unlisted)).toEqual([1, 1, 1, 1, 1])
        expect(await refusal(house(), ['rotate', 'cookie'], alone)).toContain('keys rewrap')
        const { stdout } = await house().run(['doctor', '--quick', '--json'], alone)
        expect(stdout).toContain('5 copies are under master keys that MASTER_KEY does not list')
        expect(await done(house(), ['rewrap', '--yes'], alone)).toMatch(/\b5 copies/)
        await load.served()
      } finally {
        await load.stop()
      }
      expect(failed(load)).toEqual([])
      expect((await listed(house(), alone)).map(({ copies }) => copies)).toEqual([1, 1, 1, 1, 1])
      expect(await refreshEverywhere(house(), tokens.refresh_token)).toEqual([200, 200])
      const late = await house().run(['serve'], { env: { PORT: '0', MANAGEMENT_PORT: '0' } })
      expect([late.code, late.stderr]).toEqual([78, expect.stringContaining('MASTER_KEY does not open')])
      await done(house(), ['rotate', 'cookie', '--in', '0s'], alone)
      expect(await signedIn(house(), ada)).toEqual(['yes', 'yes'])
    })
  })
})

withHouse({ storage: 'postgresql', nodes: 2, setUp: WITH_SIGNER }, (house) => {
  describe('data keys that are compromised', () => {
    const compromise = (purpose: string) => done(house(), ['compromise', purpose, '--yes'])

    /** A page shown before, whose form is sent after. */
    const openPage = async () => {
      const agent = agentOf(house())
      const { at, page } = await follow(agent, house().issuer, authorizationRequest(PORTAL).url)
      return () => agent.submit(page, at, { username: PERSON.email, password: PERSON.password })
    }
    const expectStale = async (send: () => Promise<Answer>) => {
      const { status, text } = await send()
      expect([status >= 400 && status < 500, text]).toEqual([true, expect.stringContaining('role="alert"')])
    }

    it('A-145 cookie: browsers’ sessions and open pages end, applications go on', async () => {
      const send = await openPage()
      const ada = agentOf(house())
      const { tokens } = await signIn(house(), ada, PORTAL)
      expect(await signedIn(house(), ada)).toEqual(['yes', 'yes'])
      await compromise('cookie')
      await expect.poll(() => signedIn(house(), ada), SOON).toEqual(['login_required', 'login_required'])
      await expectStale(send)
      expect(await refreshEverywhere(house(), tokens.refresh_token)).toEqual([200, 200])
      const again = await signIn(house(), ada, PORTAL)
      expect(again.tokens.id_token).toMatch(/^eyJ/)
      expect(await signedIn(house(), ada)).toEqual(['yes', 'yes'])
    })

    it('refresh: applications’ tokens end, sessions stay', async () => {
      const ada = agentOf(house())
      const { tokens } = await signIn(house(), ada, PORTAL)
      expect(await isActive(agentOf(house()), tokens.access_token)).toBe(true)
      const [other = ''] = await familiesOf(house(), PORTAL, 1)
      await compromise('refresh')
      // Another family tells when both nodes know: a refusal of this one must be for its key alone.
      await expect.poll(() => refreshEverywhere(house(), other), SOON).toEqual([400, 400])
      expect(await refreshEverywhere(house(), tokens.refresh_token)).toEqual([400, 400])
      expect(await isActive(agentOf(house()), tokens.access_token)).toBe(false)
      expect(await signedIn(house(), ada)).toEqual(['yes', 'yes'])
      const again = await signIn(house(), ada, PORTAL)
      expect(await refreshEverywhere(house(), again.tokens.refresh_token)).toEqual([200, 200])
    })

    it('A-145 pepper: everybody is signed out, links and pages end, clients’ secrets stay, their names are told', async () => {
      const send = await openPage()
      const ada = agentOf(house())
      const { tokens } = await signIn(house(), ada, PORTAL)
      const link = await setPasswordLink(house(), 'grace@example.com')
      expect((await ada.request(link)).status).toBe(200)
      const assertion = presenting(assertionBy(SIGNER, house().issuer))
      const present = () =>
        call(agentOf(house()), '/oauth2/token', {
          grant_type: 'client_credentials',
          scope: 'orders:read',
          resource: 'https://orders.example',
          ...assertion,
        })
      expect((await present()).status).toBe(200)
      const said = await compromise('pepper')
      expect(said).toMatch(/grants have ended/)
      expect(said).toMatch(/secret of before: .*portal/)
      await expect.poll(() => signedIn(house(), ada), SOON).toEqual(['login_required', 'login_required'])
      expect(await refreshEverywhere(house(), tokens.refresh_token)).toEqual([400, 400])
      expect(await isActive(agentOf(house()), tokens.access_token)).toBe(false)
      expect((await agentOf(house()).request(link)).status).toBe(400)
      await expectStale(send)
      // What was used before is remembered all the same.
      expect((await present()).status).toBe(401)
      expect((await signerCalls(house())).status).toBe(200)
      const again = await signIn(house(), ada, PORTAL)
      expect(await refreshEverywhere(house(), again.tokens.refresh_token)).toEqual([200, 200])
      expect(await secretOf(house(), 'portal')).toMatch(/^2:/)
    })

    it('field: everything is encrypted anew, and nobody notices', async () => {
      expect(await compromise('field')).toMatch(/[4-9] fields are encrypted anew/)
      expect((await signerCalls(house())).status).toBe(200)
      const wraps = await onDatabase<{ number: number }>(
        house(),
        `select number from data_key_wraps where purpose = 'field'`,
      )
      expect(wraps).toEqual([{ number: 2 }])
      await house().start()
    })
  })
})

async function secretOf(house: House, clientId: string): Promise<string> {
  const [row] = await onDatabase<{ secret_hash: string }>(
    house,
    'select secret_hash from clients where client_id = $1',
    [clientId],
  )
  return row?.secret_hash ?? ''
}

/** Of the data key that a refresh token was made with. */
const keyNumber = (token: string) => Buffer.from(token.slice(4), 'base64url')[1]

/** The purposes whose key of that number may be used by now. */
async function inUse(house: House, number: number): Promise<string[]> {
  const statement = `select purpose from data_keys where number = $1 and usable_from <= now() order by purpose`
  return (await onDatabase<{ purpose: string }>(house, statement, [number])).map(({ purpose }) => purpose)
}

/** The newest key of a purpose has been in use for so long that nothing needs the one before. */
const age = (house: House, purpose: string) =>
  onDatabase(
    house,
    `update data_keys set usable_from = now() - interval '100 days' where purpose = $1 and number > 1`,
    [purpose],
  )
