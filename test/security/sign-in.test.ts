import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { agentOf, authorizationRequest, exchange, follow, OWN, PERSON, SET_UP } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { expectPage, withoutFaults } from './answers.ts'
import { ADA, atPage, callbackAfter, expectWrongPassword, faceOf, tryToSignIn } from './browsers.ts'
import { eventsOf, sendRaw } from './probes.ts'

const setUp = {
  ...SET_UP,
  users: [
    ...SET_UP.users,
    { email: 'nopassword@example.com', email_verified: true },
    { email: 'off@example.com', email_verified: true, password: 'switched off 1943' },
    { email: 'unproven@example.com', email_verified: false, password: 'nobody asked 1952' },
  ],
}

const env = { RATE_LIMIT_LOGIN_ADDRESS: '1000/15m' }

withHouse({ storage: 'postgresql', setUp, env }, (house) => {
  withoutFaults(house)

  /** Whom the fields sign in. */
  const subjectOf = async (fields: Record<string, string>): Promise<unknown> => {
    const { agent, sent, request } = await tryToSignIn(house(), fields)
    const code = (await callbackAfter(house(), agent, sent))?.searchParams.get('code') ?? ''
    const { id_token: idToken } = (await exchange(agent, OWN, code, request.verifier)).json()
    return decodeJwt(String(idToken)).sub
  }

  it('A-401 whoever can not sign in is answered alike', async () => {
    expect((await house().run(['user', 'disable', 'off@example.com'])).code).toBe(0)
    const attempts = [
      ['nobody@example.com', 'a wrong password'],
      [PERSON.email, 'a wrong password'],
      ['off@example.com', 'switched off 1943'],
      ['off@example.com', 'a wrong password'],
      ['nopassword@example.com', 'a wrong password'],
      ['unproven@example.com', 'a wrong password'],
      ['not an address', 'a wrong password'],
    ] as const
    const pages = []
    for (const [username, password] of attempts) {
      const { sent } = await tryToSignIn(house(), { username, password })
      expectWrongPassword(sent)
      pages.push(faceOf(sent, username))
    }
    expect(new Set(pages).size).toBe(1)
    const reasons = eventsOf(house(), 'login.failed').map(({ reason }) => reason)
    expect(reasons).toEqual(expect.arrayContaining(['unknown', 'wrong_password', 'disabled', 'no_password']))
  })

  describe('A-411 a name', () => {
    it.each([
      "a'--",
      "ada@example.com' or '1'='1",
      '*)(uid=*',
      `${PERSON.email}\0`,
      `${PERSON.email}\t`,
      ` ${PERSON.email}`,
      'a\u0301da@example.com',
      '\u0430da@example.com',
      'ada@\u0435xample.com',
      'ada+x@example.com',
      'ada@example.com@evil.example',
      'x'.repeat(10_000),
      '%',
      '__proto__',
    ])('that is nobody’s finds nobody: %j', async (username) => {
      expectWrongPassword((await tryToSignIn(house(), { ...ADA, username })).sent)
    })

    it.each(['ADA@EXAMPLE.COM', 'Ada@Example.Com', 'ada@example.com.', 'ada\uff20example.com'])(
      'has one stored form, and means one person: %s',
      async (username) => {
        expect(await subjectOf({ ...ADA, username })).toBe(await subjectOf(ADA))
      },
    )

    it.each([
      [
        [
          ['username', PERSON.email],
          ['username', 'grace@example.com'],
          ['password', PERSON.password],
        ],
      ],
      [
        [
          ['username[]', PERSON.email],
          ['password', PERSON.password],
        ],
      ],
      [
        [
          ['username[$ne]', ''],
          ['password', PERSON.password],
        ],
      ],
    ] as [string, string][][][])('is one text in one field: %j', async (fields) => {
      const { sent } = await tryToSignIn(house(), fields)
      expect([sent.status, sent.location]).toEqual([400, undefined])
    })

    it('without a password is asked for one, whatever else there is', async () => {
      const { agent, sent } = await tryToSignIn(house(), { username: PERSON.email, 'password[$gt]': '' })
      expect(sent.status).toBe(303)
      const { page } = await follow(agent, house().issuer, sent.location ?? '')
      expect([page.status, page.text.includes('name="password"')]).toEqual([200, true])
    })

    it('in JSON is not read', async () => {
      const agent = agentOf(house())
      const { at } = await atPage(house(), agent, OWN)
      const answer = await agent.request(at, {
        body: JSON.stringify(ADA),
        headers: { 'content-type': 'application/json', origin: house().issuer },
      })
      expectPage(answer, 415, 'unsupported_media_type')
    })
  })

  it('A-416 nothing that is typed or sent can write a line of the log', async () => {
    const forged = 'x\r\n{"level":"fatal","forged":true}\u001b[2J\u2028{"level":"fatal"}'
    await tryToSignIn(house(), { username: forged, password: forged })
    await tryToSignIn(house(), { username: forged.repeat(2000), password: 'x' })
    const { url } = authorizationRequest(OWN)
    for (const parameter of ['client_id', 'scope', 'redirect_uri', 'prompt', 'resource', 'claims', 'state']) {
      const { url: forgedUrl } = authorizationRequest(OWN, { [parameter]: forged })
      await agentOf(house()).request(forgedUrl)
    }
    const headers = `Host: x\r\nUser-Agent: \u001b[2J{"level":"fatal"}\r\nConnection: close`
    await sendRaw(house().nodes[0]?.url ?? '', `GET ${url} HTTP/1.1\r\n${headers}\r\n\r\n`)
    expect(house().log()).not.toMatch(/^\{"level":"fatal/m)
    expect(house().log()).not.toContain('\u001b')
    for (const line of house().log().split('\n')) expect(line.length).toBeLessThan(4_000)
  })
})
