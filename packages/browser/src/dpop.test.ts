import { decodeProtectedHeader, importJWK, type JWK, jwtVerify } from 'jose'
import { expect, it } from 'vitest'
import { createKey, prove } from './dpop.ts'

it('a proof verifies by the key that it shows, and names the request without its query', async () => {
  const key = await createKey()
  const proof = await prove(key, {
    method: 'GET',
    url: 'https://api.example/a/b?c=d#e',
    nonce: 'n',
    token: 't',
  })
  const { jwk, ...header } = decodeProtectedHeader(proof)
  expect(header).toEqual({ typ: 'dpop+jwt', alg: 'ES256' })
  expect(Object.keys(jwk ?? {}).sort()).toEqual(['crv', 'kty', 'x', 'y'])
  const { payload } = await jwtVerify(proof, await importJWK(jwk as JWK, 'ES256'))
  expect(payload).toEqual({
    jti: expect.stringMatching(/^[\w-]{43}$/),
    htm: 'GET',
    htu: 'https://api.example/a/b',
    iat: expect.any(Number),
    nonce: 'n',
    // SHA-256 of "t".
    ath: '47mKTaMaEn1L3m5DAz9muidMqw636xxw7EFAK_YnPdg',
  })
})

it('no two proofs are one, and the key does not come out', async () => {
  const key = await createKey()
  const proofs = await Promise.all(
    [1, 2].map(() => prove(key, { method: 'GET', url: 'https://api.example/' })),
  )
  expect(proofs[0]).not.toBe(proofs[1])
  await expect(crypto.subtle.exportKey('jwk', key.privateKey)).rejects.toThrow()
})
