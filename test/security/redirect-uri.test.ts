import { describe, expect, it } from 'vitest'
import { agentOf, authorizationRequest, OWN, PORTAL, type RelyingParty, SET_UP } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { expectPage, withoutFaults } from './answers.ts'

const NATIVE: RelyingParty = { clientId: 'native', redirectUri: 'http://127.0.0.1/cb' }
const PORT_OF_ITS_OWN: RelyingParty = { clientId: 'local', redirectUri: 'http://127.0.0.1:8080/cb' }
const TWO: RelyingParty = { clientId: 'two', redirectUri: 'https://two.example/cb' }

const setUp = {
  ...SET_UP,
  clients: [
    ...SET_UP.clients,
    { client_id: 'local', profile: 'spa', redirect_uris: [PORT_OF_ITS_OWN.redirectUri] },
    { client_id: 'two', profile: 'spa', redirect_uris: [TWO.redirectUri, 'https://two.example/other'] },
  ],
}

withHouse({ storage: 'postgresql', setUp }, (house) => {
  withoutFaults(house)

  /** With the signed-in browser's way of asking, and by the form that would be posted to a client. */
  const ask = (rp: RelyingParty, redirectUri: string | undefined, mode?: string) =>
    agentOf(house()).request(authorizationRequest(rp, { redirect_uri: redirectUri, response_mode: mode }).url)

  const refuses = (name: string, uris: readonly string[], rp = PORTAL): void => {
    it.each(uris)(`${name}: %s`, async (uri) => {
      for (const mode of [undefined, 'form_post']) {
        const answer = await ask(rp, uri, mode)
        expectPage(answer, 400, 'invalid_redirect_uri')
        // A page that refuses an address must not let its own forms go there either.
        expect(answer.headers.get('content-security-policy')).toContain("form-action 'self';")
      }
    })
  }

  refuses('A-101 another spelling of a registered URI is refused', [
    'https://portal.example/cb/',
    'https://portal.example/cb?x=1',
    'https://portal.example/CB',
    'https://portal.example:443/cb',
    'https://PORTAL.example/cb',
    'https://portal.example/cb ',
    ' https://portal.example/cb',
    'https://portal.example./cb',
  ])

  refuses('A-102 a path that leads elsewhere is refused', [
    'https://portal.example/cb/../evil',
    'https://portal.example/cb/..;/evil',
    'https://portal.example/cb%2f..%2fevil',
    'https://portal.example/cb\\..\\evil',
    'https://portal.example/cb%252e%252e',
  ])

  refuses('A-103 what only a browser takes for an address is refused', [
    '//evil.example/cb',
    '/\\evil.example',
    'https:evil.example',
    'https:///evil.example',
    'https://portal.example\\@evil.example/cb',
    'http://[',
    'nonsense',
  ])

  refuses('A-104 a redirect URI with user information is refused', [
    'https://portal.example@evil.example/cb',
    'https://a@b@portal.example/cb',
    'https://portal.example:p@evil.example/cb',
  ])

  refuses('A-105 a fragment, even an empty one, is refused', [
    'https://portal.example/cb#x',
    'https://portal.example/cb%23x',
    'https://portal.example/cb#',
  ])

  refuses('A-106 a host that looks like the registered one is refused', [
    'https://p\u043ertal.example/cb',
    'https://por\u200btal.example/cb',
    'https://portal\uff0eexample/cb',
    'https://xn--prtal-jye.example/cb',
    'https://\uff50ortal.example/cb',
  ])

  it.each(['http://127.0.0.1:49152/cb', 'http://[::1]:50000/cb', 'com.example.app:/cb'])(
    'A-109 a native client comes back by any port of its loopback address, or by its own scheme: %s',
    async (uri) => {
      const answer = await ask(NATIVE, uri)
      expect(answer.status).toBe(303)
      expect(answer.location).toContain('/interaction/')
    },
  )

  refuses(
    'A-109 a loopback address that is not the registered one is refused',
    [
      'http://localhost:49152/cb',
      'http://127.0.0.1.evil.example/cb',
      'http://127.0.0.1:49152@evil.example/cb',
      'http://127.0.0.2/cb',
      'http://0x7f000001/cb',
      'http://2130706433/cb',
      'http://127.1/cb',
      'https://127.0.0.1/cb',
      'http://127.0.0.1:49152/other',
      'http://127.0.0.1:49152/cb?x=1',
      'http://127.0.0.1:49152/cb#x',
      'http://[0:0:0:0:0:0:0:1]:50000/cb',
      'com.example.app:/CB',
      'com.example.app.evil:/cb',
    ],
    NATIVE,
  )

  refuses(
    'A-109 a web client has no port but its own',
    ['http://127.0.0.1:49152/cb', 'http://127.0.0.1/cb'],
    PORT_OF_ITS_OWN,
  )

  describe('A-111 a redirect URI that occurs twice is refused', () => {
    const good = encodeURIComponent(PORTAL.redirectUri)
    const evil = encodeURIComponent('https://evil.example/cb')
    it.each([
      `redirect_uri=${good}&redirect_uri=${good}`,
      `redirect_uri=${good}&redirect_uri=${evil}`,
      `redirect_uri=${evil}&redirect_uri=${good}`,
      `redirect_uri[]=${good}`,
      `redirect_uri[0]=${good}`,
    ])('%s', async (pair) => {
      const { url } = authorizationRequest(PORTAL, { redirect_uri: undefined })
      expectPage(await agentOf(house()).request(`${url}&${pair}`), 400, 'invalid_request')
    })
  })

  it.each([PORTAL, TWO, OWN])(
    'A-113 without a redirect URI nobody is sent anywhere, whatever the referrer is: $clientId',
    async (rp) => {
      const { url } = authorizationRequest(rp, { redirect_uri: undefined })
      const answer = await agentOf(house()).request(url, { headers: { referer: rp.redirectUri } })
      expectPage(answer, 400, 'invalid_request')
    },
  )

  it('A-105 A-107 A-108 what could lead elsewhere is not even registered', async () => {
    const uris = [
      'https://portal.example/cb#x',
      'https://portal.example/cb#',
      'https://u:p@portal.example/cb',
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      '\tjavascript:alert(1)',
      'data:text/html,x',
      'vbscript:msgbox(1)',
      'file:///etc/passwd',
      'blob:https://portal.example/1',
      'about:blank',
      'https://*.portal.example/cb',
      'https://portal.example/*',
      'https://portal.example/.*',
      'http://portal.example/cb',
      '/cb',
    ]
    const clients = uris.flatMap((uri, n) =>
      (['spa', 'native'] as const).map((profile) => ({
        client_id: `bad-${profile}-${n}`,
        profile,
        redirect_uris: [uri],
      })),
    )
    const refusal = await house()
      .apply({ version: 1, clients })
      .then(() => 'applied', String)
    expect(refusal).toContain('Nothing was changed.')
    for (const [n] of clients.entries()) expect(refusal).toContain(`: clients[${n}].redirect_uris[0]: `)
    const [{ client_id: clientId = '' } = {}] = clients
    expectPage(await ask({ clientId, redirectUri: '' }, 'https://portal.example/cb#x'), 400, 'invalid_client')
  })
})
