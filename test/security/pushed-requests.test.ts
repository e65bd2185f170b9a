import { describe, expect, it } from 'vitest'
import {
  agentOf,
  authorizationRequest,
  authorize,
  exchange,
  type RelyingParty,
  SET_UP,
} from '../support/flows.ts'
import { onEveryStorage } from '../support/on-every-storage.ts'
import { expectCallback, expectPage, withoutFaults } from './answers.ts'
import { atConsent, codeAfter, signedIn } from './browsers.ts'
import { call, onDatabase } from './probes.ts'

/** A client that has no way in but the pushed request. */
const PUSHER: RelyingParty = {
  clientId: 'pusher',
  secret: 'pusher-secret-0123456789',
  redirectUri: 'https://pusher.example/cb',
}

const setUp = {
  ...SET_UP,
  clients: [
    ...SET_UP.clients,
    {
      client_id: PUSHER.clientId,
      client_secret: PUSHER.secret,
      profile: 'web',
      redirect_uris: [PUSHER.redirectUri],
      require_pushed_authorization_requests: true,
      first_party: true,
    },
  ],
}

onEveryStorage(
  (house, storage) => {
    withoutFaults(house)

    const push = async (over: Record<string, string> = {}) => {
      const request = authorizationRequest(PUSHER, over)
      const form = Object.fromEntries(new URL(request.url, house().issuer).searchParams)
      const answer = await call(agentOf(house()), '/oauth2/par', form, PUSHER)
      return { request, uri: String(answer.json()['request_uri']) }
    }
    const byReference = (uri: string, over: Record<string, string> = {}): string =>
      `/oauth2/authorize?${new URLSearchParams({ client_id: PUSHER.clientId, request_uri: uri, ...over })}`
    const otherNode = (): string => house().nodes.at(-1)?.url ?? ''

    it('A-124 a reference is good for one code, on whichever node it is used again', async () => {
      const agent = await signedIn(house())
      const { request, uri } = await push()
      await authorize(house(), agent, { ...request, url: byReference(uri) })
      for (const node of [undefined, otherNode()]) {
        const again = await agent.request(byReference(uri), node === undefined ? {} : { node })
        expectPage(again, 400, 'invalid_request_uri')
        expect(again.text).not.toContain(request.state)
      }
    })

    it('A-124 of many who use one reference at once, one gets a code', async () => {
      const agents = await Promise.all(Array.from({ length: 8 }, () => signedIn(house())))
      const { uri } = await push()
      const answers = await Promise.all(
        agents.map((agent, n) =>
          agent.request(byReference(uri), { node: house().nodes[n % house().nodes.length]?.url ?? '' }),
        ),
      )
      expect(answers.filter(({ location }) => location?.includes('code='))).toHaveLength(1)
    })

    it('A-124 a reference that nobody was given, or somebody else, is refused', async () => {
      const { request, uri } = await push()
      const agent = await signedIn(house())
      for (const wrong of [
        `${uri}\0`,
        uri.toUpperCase(),
        `${uri}x`,
        uri.slice(0, -1),
        'urn:ietf:params:oauth:request_uri:x',
      ]) {
        // What does not even begin like a reference of ours is another kind of request_uri, and none is taken.
        expectPage(
          await agent.request(byReference(wrong)),
          400,
          'invalid_request_uri',
          'request_uri_not_supported',
        )
      }
      const asAnother = await agent.request(byReference(uri, { client_id: 'own' }))
      expectPage(asAnother, 400, 'invalid_request_uri', 'invalid_request_object')
      expect(asAnother.text).not.toContain(request.state)
      await authorize(house(), agent, { ...request, url: byReference(uri) })
    })

    // Time is made to pass where the state can be reached by a statement.
    if (storage === 'postgresql') {
      it('A-124 a reference is refused after its minute', async () => {
        const { uri } = await push()
        const aMinuteLater = `update state_artifacts set expires_at = expires_at - interval '1 minute'
          where model = 'PushedAuthorizationRequest'`
        await onDatabase(house(), aMinuteLater)
        expectPage(await agentOf(house()).request(byReference(uri)), 400, 'invalid_request_uri')
      })
    }

    it('A-125 a client of pushed requests has no other way in', async () => {
      const request = authorizationRequest(PUSHER)
      const answer = await (await signedIn(house())).request(request.url)
      expectCallback(answer, PUSHER, request, 'invalid_request')
    })

    it('A-125 what stands beside the reference has no effect', async () => {
      const agent = agentOf(house())
      const { request, uri } = await push({ scope: 'openid email' })
      const beside = {
        scope: 'openid profile email offline_access',
        redirect_uri: 'https://evil.example/cb',
        prompt: 'none',
        state: 'other',
        response_mode: 'form_post',
        code_challenge: 'x'.repeat(43),
        nonce: 'other',
      }
      const callback = await authorize(house(), agent, { ...request, url: byReference(uri, beside) })
      expect(callback.href.split('?')[0]).toBe(PUSHER.redirectUri)
      expect(callback.searchParams.get('state')).toBe(request.state)
      const code = callback.searchParams.get('code') ?? ''
      const tokens = await exchange(agent, PUSHER, code, request.verifier)
      expect(tokens.json()['scope']).toBe('openid email')
    })

    describe('A-135', () => {
      it('a consent that is sent twice, one after the other, brings one code', async () => {
        const { agent, at, page } = await atConsent(house())
        const first = await agent.submit(page, at, { decision: 'approve' })
        const second = await agent.submit(page, at, { decision: 'approve' })
        expect(second.location).toBe(first.location)
        expect(await codeAfter(house(), agent, first)).toBeTruthy()
        expectPage(await agent.request(second.location ?? ''), 400, 'invalid_request')
        expectPage(await agent.submit(page, at, { decision: 'approve' }), 400, 'interaction_expired')
      })

      it('a way back that is taken many times at once brings one code', async () => {
        const { agent, at, page } = await atConsent(house())
        const sent = await agent.submit(page, at, { decision: 'approve' })
        const answers = await Promise.all(
          Array.from({ length: 6 }, (_, n) =>
            agent.request(sent.location ?? '', { node: house().nodes[n % house().nodes.length]?.url ?? '' }),
          ),
        )
        expect(answers.filter(({ location }) => location?.includes('code='))).toHaveLength(1)
      })
    })
  },
  { setUp },
)
