import { describe, expect, it } from 'vitest'
import { APP, agentOf, basic, PORTAL } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { assertionBy, presenting } from './assertions.ts'
import { AT_THE_DOOR, call, faceOf, knock, onDatabase, SIGNER, SOON, WITH_SIGNER } from './probes.ts'

const PORTAL_BASIC = basic(PORTAL)
const secretInBody = { client_id: PORTAL.clientId, client_secret: PORTAL.secret ?? '' }
const anyAssertion = (clientId: string) =>
  presenting(assertionBy({ clientId, secret: 'guessed' }, 'http://localhost:3000'))
const rawBasic = (text: string) => ({
  authorization: `Basic ${Buffer.from(text, 'latin1').toString('base64')}`,
})

withHouse({ storage: 'postgresql', setUp: WITH_SIGNER }, (house) => {
  describe('client authentication', () => {
    it('A-201 two mechanisms at once are refused, though each alone would do', async () => {
      const agent = agentOf(house())
      expect((await knock(agent, PORTAL_BASIC)).json()).toMatchObject({ error: 'invalid_grant' })
      const both = [
        await knock(agent, PORTAL_BASIC, { client_secret: PORTAL.secret ?? '' }),
        await knock(agent, PORTAL_BASIC, secretInBody),
        await knock(agent, PORTAL_BASIC, anyAssertion('portal')),
        await knock(agent, {}, { ...secretInBody, ...anyAssertion('portal') }),
      ]
      for (const answer of both) {
        expect(answer.status).toBe(400)
        expect(answer.json()).toMatchObject({ error: 'invalid_request' })
      }
    })

    it('A-201 a Basic client_id and another one in the form are refused', async () => {
      const answer = await knock(agentOf(house()), PORTAL_BASIC, { client_id: 'own' })
      expect(answer.json()).toMatchObject({ error: 'invalid_request' })
    })

    it('A-202 a client that authenticates otherwise than it is registered is refused', async () => {
      const agent = agentOf(house())
      const refused = [
        await knock(agent, {}, { client_id: 'portal' }),
        await knock(agent, {}, { client_id: 'signer' }),
        await knock(agent, basic({ clientId: APP.clientId, secret: 'anything' })),
        await knock(agent, {}, { client_id: APP.clientId, client_secret: 'anything' }),
        await knock(agent, {}, anyAssertion('poster')),
        await knock(agent, {}, anyAssertion('portal')),
        await knock(agent, basic(SIGNER)),
        await knock(agent, {}, { client_id: SIGNER.clientId, client_secret: SIGNER.secret }),
      ]
      for (const answer of refused) {
        expect(answer.status).toBe(401)
        expect(answer.json()).toMatchObject({ error: 'invalid_client' })
        expect(answer.headers.get('cache-control')).toContain('no-store')
      }
    })

    it('A-203 unknown client, wrong secret and disabled client look the same', async () => {
      const agent = agentOf(house())
      const other = { clientId: 'other-api', secret: 'other-secret-0123456789' }
      expect((await call(agent, '/oauth2/introspect', { token: 'x' }, other)).status).toBe(200)
      await onDatabase(house(), `update clients set disabled_at = now() where client_id = 'other-api'`)
      await expect.poll(async () => (await knock(agent, basic(other))).status, SOON).toBe(401)
      const disabled = await knock(agent, basic(other))
      const wrong = await knock(agent, basic({ ...PORTAL, secret: 'portal-secret-0123456788' }))
      const unknown = await knock(agent, basic({ clientId: 'nobody', secret: 'portal-secret-0123456789' }))
      expect(wrong.json()).toMatchObject({ error: 'invalid_client' })
      expect(wrong.headers.get('www-authenticate')).toMatch(/^Basic /)
      expect(faceOf(unknown)).toEqual(faceOf(wrong))
      expect(faceOf(disabled)).toEqual(faceOf(wrong))
    })

    it('A-203 a secret in the form is refused the same, without a challenge of Basic', async () => {
      const agent = agentOf(house())
      const wrong = await knock(agent, {}, { client_id: 'poster', client_secret: 'no' })
      const unknown = await knock(agent, {}, { client_id: 'nobody', client_secret: 'no' })
      expect(wrong.status).toBe(401)
      expect(wrong.headers.get('www-authenticate')).toBeNull()
      expect(faceOf(unknown)).toEqual(faceOf(wrong))
    })

    it('A-203 the keyed hash of a secret, as the database shows it, is no secret', async () => {
      const [row] = await onDatabase<{ secret_hash: string }>(
        house(),
        `select secret_hash from clients where client_id = 'portal'`,
      )
      const hash = row?.secret_hash ?? ''
      expect(hash).toContain(':')
      for (const secret of [hash, hash.split(':')[1] ?? '']) {
        expect((await knock(agentOf(house()), basic({ ...PORTAL, secret }))).status).toBe(401)
      }
    })

    it.each([
      ['without a colon', rawBasic('portal')],
      ['not base64', { authorization: 'Basic p@rtal:secret!' }],
      ['empty', { authorization: 'Basic' }],
      ['of another scheme', { authorization: 'Digest username="portal"' }],
      ['with NUL', rawBasic('portal:portal-secret\0')],
      ['with broken percent-encoding', rawBasic('portal:%zz%')],
      ['with an empty secret', rawBasic('portal:')],
    ])('A-203 Basic %s is refused as malformed', async (_, headers) => {
      const answer = await knock(agentOf(house()), headers)
      expect(answer.status).toBe(400)
      expect(answer.json()).toMatchObject({ error: 'invalid_request' })
    })

    it('A-203 Basic of 10 kB is refused', async () => {
      // Well-formed, only long: an unknown client, hence 401 rather than 400. Equally shut.
      const answer = await knock(agentOf(house()), rawBasic(`${'a'.repeat(5_000)}:${'b'.repeat(2_500)}`))
      expect(answer.status).toBe(401)
      expect(answer.text.length).toBeLessThan(300)
    })

    it('A-203 a client that is named twice is refused', async () => {
      const answer = await agentOf(house()).request('/oauth2/token', {
        form: [...Object.entries(AT_THE_DOOR), ['client_id', 'app'], ['client_id', 'portal']],
        headers: { accept: 'application/json' },
      })
      expect(answer.json()).toMatchObject({ error: 'invalid_request' })
    })
  })
})
