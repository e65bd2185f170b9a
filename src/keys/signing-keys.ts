import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import type { FieldSealer } from './field-seal.ts'
import type { SealedColumn } from './reseal-columns.ts'
import type { NewSigningKey, SigningKeysRepository } from './signing-keys-repository.ts'

/** ES256 first: where a client may choose, the library takes the first that fits. */
const ALGORITHMS = ['ES256', 'RS256', 'EdDSA'] as const

/** Private JWKs (RFC 7517) in order of preference, the same on every node. */
export async function loadSigningKeys(
  repository: SigningKeysRepository,
  sealer: FieldSealer,
): Promise<JWK[]> {
  let rows = await repository.active()
  if (rows.length === 0) {
    await repository.addFirst(await Promise.all(ALGORITHMS.map((alg) => makeSigningKey(alg, sealer))))
    rows = await repository.active()
  }
  const rank = (alg: string): number => (ALGORITHMS as readonly string[]).indexOf(alg)
  return rows
    .toSorted((a, b) => rank(a.alg) - rank(b.alg))
    .map((row) => JSON.parse(sealer.open(place(row.kid), row.private_sealed)) as JWK)
}

async function makeSigningKey(alg: string, sealer: FieldSealer): Promise<NewSigningKey> {
  const pair = await generateKeyPair(alg, { extractable: true })
  const common = { alg, use: 'sig', kid: await calculateJwkThumbprint(await exportJWK(pair.publicKey)) }
  return {
    kid: common.kid,
    alg,
    public_jwk: JSON.stringify({ ...(await exportJWK(pair.publicKey)), ...common }),
    private_sealed: sealer.seal(
      place(common.kid),
      JSON.stringify({ ...(await exportJWK(pair.privateKey)), ...common }),
    ),
    state: 'active',
  }
}

export const sealedSigningKeys = (repository: SigningKeysRepository): SealedColumn => ({
  place,
  sealedOtherwise: repository.sealedOtherwise,
  reseal: repository.reseal,
})

const place = (kid: string) => ({ table: 'signing_keys', row: kid, column: 'private_sealed' })
