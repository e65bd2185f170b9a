import { createLocalJWKSet, exportJWK, generateKeyPair, type JWK, jwtVerify } from 'jose'
import { expect, it } from 'vitest'
import { createLogoutTokens } from './logout-tokens.ts'

const NOW = 1_767_225_600
const issuer = 'https://id.example'
const session = { sub: 'ada', sid: 'of-portal' }
const secret = 'a secret of thirty-two characters'

const keys: JWK[] = []
const published: JWK[] = []
for (const alg of ['ES256', 'RS256', 'EdDSA']) {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  keys.push({ ...(await exportJWK(privateKey)), alg, kid: `the ${alg} key` })
  published.push({ ...(await exportJWK(publicKey)), alg, kid: `the ${alg} key` })
}
const make = createLogoutTokens({
  issuer,
  signingKeys: async () => keys,
  clock: { now: () => NOW * 1000 + 999 },
})
const options = { issuer, audience: 'portal', typ: 'logout+jwt', currentDate: new Date(NOW * 1000) }

it.each([
  [undefined, 'ES256'],
  ['ES256', 'ES256'],
  ['RS256', 'RS256'],
  ['EdDSA', 'EdDSA'],
])('A-322 a client whose id tokens have alg %s gets its logout token by %s', async (alg, by) => {
  const token = await make({ clientId: 'portal', alg, secret: undefined }, session)
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet({ keys: published }), options)
  expect(protectedHeader).toEqual({ alg: by, typ: 'logout+jwt', kid: `the ${by} key` })
  expect(payload).toMatchObject({ ...session, iat: NOW, exp: NOW + 120 })
})

it('by its secret where its id tokens are', async () => {
  const token = await make({ clientId: 'portal', alg: 'HS256', secret }, session)
  const { payload, protectedHeader } = await jwtVerify(token, new TextEncoder().encode(secret), options)
  expect([protectedHeader, payload.sub]).toEqual([{ alg: 'HS256', typ: 'logout+jwt' }, 'ada'])
  await expect(make({ clientId: 'portal', alg: 'HS256', secret: undefined }, session)).rejects.toThrow()
})

it('no two are the same', async () => {
  const reader = { clientId: 'portal', alg: undefined, secret: undefined }
  expect(await make(reader, session)).not.toBe(await make(reader, session))
})
