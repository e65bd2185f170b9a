import { describe, expect, it } from 'vitest'
import { credentials, login } from '../support/first-party.ts'
import { agentOf, authorizationRequest, follow, PERSON, PORTAL, signIn } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { answerMfa, totpCode, withTotp } from '../support/second-factors.ts'
import { assertionBy, presenting } from './assertions.ts'
import { GRACE } from './browsers.ts'
import { call, onDatabase, SIGNER, SOON, WITH_SIGNER } from './probes.ts'

const SECOND = { clientId: 'signer-2', secret: 'second-secret-0123456789-0123456789' }
const signers = WITH_SIGNER.clients.filter(({ client_id }) => client_id === SIGNER.clientId)
const SET_UP = {
  ...WITH_SIGNER,
  clients: [
    ...WITH_SIGNER.clients,
    ...signers.map((client) => ({ ...client, client_id: SECOND.clientId, client_secret: SECOND.secret })),
  ],
}

withHouse({ storage: 'postgresql', setUp: SET_UP }, (house) => {
  const tokenBy = (clientId: string, secret: string) =>
    call(agentOf(house()), '/oauth2/token', {
      grant_type: 'client_credentials',
      scope: 'orders:read',
      resource: 'https://orders.example',
      ...presenting(assertionBy({ clientId, secret }, house().issuer)),
    })
  const stored = async (clientId: string) => {
    const rows = await onDatabase<{ secret_hash: string; secret_sealed: Buffer | null }>(
      house(),
      'select secret_hash, secret_sealed from clients where client_id = $1',
      [clientId],
    )
    return rows[0] ?? { secret_hash: '', secret_sealed: null }
  }
  const putSealed = (clientId: string, sealed: Buffer | null) =>
    onDatabase(house(), 'update clients set secret_sealed = $2 where client_id = $1', [clientId, sealed])

  /** The node may go by what it knew for a second; a store that was tampered with is the house's own fault: 500. */
  async function expectRefused(clientId: string, keys: string[]): Promise<void> {
    const [first = '', ...others] = keys
    await expect.poll(async () => (await tokenBy(clientId, first)).status, SOON).not.toBe(200)
    for (const key of [first, ...others]) {
      const answer = await tokenBy(clientId, key)
      expect([400, 401, 500]).toContain(answer.status)
      expect(answer.json()).not.toHaveProperty('access_token')
    }
  }

  describe('ciphertext out of its place', () => {
    it('A-923 a client’s sealed secret copied to another client is not used', async () => {
      const [own, other] = [await stored(SIGNER.clientId), await stored(SECOND.clientId)]
      expect((await tokenBy(SIGNER.clientId, SIGNER.secret)).status).toBe(200)
      await putSealed(SIGNER.clientId, other.secret_sealed)
      await expectRefused(SIGNER.clientId, [SIGNER.secret, SECOND.secret])
      expect((await tokenBy(SECOND.clientId, SECOND.secret)).status).toBe(200)
      await putSealed(SIGNER.clientId, own.secret_sealed)
      await expect.poll(async () => (await tokenBy(SIGNER.clientId, SIGNER.secret)).status, SOON).toBe(200)
    })

    it('A-923 an older sealed secret that was put back is not used', async () => {
      const before = await stored(SECOND.clientId)
      const renewed = { ...SECOND, secret: 'renewed-secret-0123456789-0123456789' }
      const clients = SET_UP.clients.filter(({ client_id }) => client_id === SECOND.clientId)
      await house().apply({
        version: 1,
        clients: clients.map((client) => ({ ...client, client_secret: renewed.secret })),
      })
      const after = await stored(SECOND.clientId)
      expect(after.secret_sealed).not.toEqual(before.secret_sealed)
      await putSealed(SECOND.clientId, before.secret_sealed)
      await expectRefused(SECOND.clientId, [SECOND.secret, renewed.secret])
      await putSealed(SECOND.clientId, after.secret_sealed)
      await expect.poll(async () => (await tokenBy(SECOND.clientId, renewed.secret)).status, SOON).toBe(200)
    })

    it('A-922 the hash beside it is never taken for the secret', async () => {
      const { secret_hash, secret_sealed } = await stored(SIGNER.clientId)
      await putSealed(SIGNER.clientId, null)
      await expectRefused(SIGNER.clientId, [SIGNER.secret, secret_hash, secret_hash.split(':')[1] ?? ''])
      await putSealed(SIGNER.clientId, secret_sealed)
    })

    it('A-923 an app’s sealed secret copied to another person’s is not used', async () => {
      const secrets = [await withTotp(house(), PERSON.email), await withTotp(house(), GRACE.email)]
      const of = (email: string) =>
        `method = 'totp' and user_id = (select id from users where email = '${email}')`
      const codes = `select data from credentials where ${of(GRACE.email)}`
      const [row] = await onDatabase<{ data: object }>(house(), codes)
      const copied = `(select data->'sealed' from credentials where ${of(PERSON.email)})`
      await onDatabase(
        house(),
        `update credentials set data = jsonb_set(data, '{sealed}', ${copied}) where ${of(GRACE.email)}`,
      )
      const answered = async (code: string) => {
        const agent = agentOf(house())
        const { mfa_token } = (await login(agent, credentials(GRACE))).json()
        return answerMfa(agent, { mfa_token, method: 'totp', code })
      }
      for (const secret of secrets) expect((await answered(totpCode(secret))).status).toBe(500)
      await onDatabase(house(), `update credentials set data = $1 where ${of(GRACE.email)}`, [
        JSON.stringify(row?.data),
      ])
      expect((await answered(totpCode(secrets[1] ?? ''))).status).toBe(200)
      await onDatabase(house(), `delete from credentials where method = 'totp'`)
    })

    it('A-923 one person’s interaction copied over another’s is not used', async () => {
      const [ada, thief] = [agentOf(house()), agentOf(house())]
      await onDatabase(house(), `delete from state_artifacts where model = 'Interaction'`)
      const hers = await follow(ada, house().issuer, authorizationRequest(PORTAL).url)
      const sent = await ada.submit(hers.page, hers.at, { username: PERSON.email, password: PERSON.password })
      const [row] = await onDatabase<{ payload: string }>(
        house(),
        `select payload from state_artifacts where model = 'Interaction'`,
      )
      const his = await follow(thief, house().issuer, authorizationRequest(PORTAL).url)
      await onDatabase(house(), `update state_artifacts set payload = $1 where model = 'Interaction'`, [
        row?.payload,
      ])
      for (const at of [his.at, his.at.replace('/interaction/', '/oauth2/authorize/')]) {
        const answer = await thief.request(at)
        expect(answer.status).toBeGreaterThanOrEqual(400)
        expect(answer.location).toBeUndefined()
      }
      expect((await ada.request(sent.location ?? '')).status).toBe(303)
    })

    it('A-923 a signing key under another key’s id is not used: nothing starts with it', async () => {
      const keys = await onDatabase<{ kid: string; private_sealed: Buffer }>(
        house(),
        `select kid, private_sealed from signing_keys order by alg`,
      )
      const [first, second] = keys
      await onDatabase(house(), 'update signing_keys set private_sealed = $2 where kid = $1', [
        first?.kid,
        second?.private_sealed,
      ])
      const { code, stdout, stderr } = await house().run(['serve'], {
        env: { PORT: '0', MANAGEMENT_PORT: '0' },
      })
      expect(code).toBe(1)
      expect(stdout).not.toContain('"msg":"ready"')
      expect(stderr).toContain('does not open')
      // The node that runs has its keys in memory.
      expect((await signIn(house(), agentOf(house()), PORTAL)).tokens.id_token).toMatch(/^eyJ/)
      await onDatabase(house(), 'update signing_keys set private_sealed = $2 where kid = $1', [
        first?.kid,
        first?.private_sealed,
      ])
    })
  })
})
