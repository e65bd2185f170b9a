/** A client with a key of its own: proofs of possession as RFC 9449 §4.2 has them, and as it does not. */
import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import type { Agent, Answer, Request } from './agent.ts'

export interface Proof {
  htu: string
  htm?: string
  nonce?: string | undefined
  /** The access token that it comes with. */
  token?: string
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
}

export interface Key {
  readonly jkt: string
  readonly jwk: JWK
  prove(proof: Proof): Promise<string>
}

export async function createKey(): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = await exportJWK(publicKey)
  return {
    jkt: await calculateJwkThumbprint(jwk),
    jwk,
    prove: ({ htu, htm = 'POST', nonce, token, claims, header }) =>
      new SignJWT({
        htu,
        htm,
        jti: crypto.randomUUID(),
        iat: Math.floor(Date.now() / 1000),
        ...(nonce === undefined ? {} : { nonce }),
        ...(token === undefined ? {} : { ath: createHash('sha256').update(token).digest('base64url') }),
        ...claims,
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header })
        .sign(privateKey),
  }
}

/** Sends a request with a proof for it, once more when the server asks for its nonce. */
export async function withProof(
  agent: Agent,
  key: Key,
  path: string,
  request: Request & { token?: string },
): Promise<Answer> {
  const { token, ...rest } = request
  const htm = request.method ?? (request.form === undefined ? 'GET' : 'POST')
  const send = async (nonce?: string): Promise<Answer> => {
    const htu = `http://localhost:3000${path}`
    const dpop = await key.prove({ htu, htm, nonce, ...(token === undefined ? {} : { token }) })
    const authorization = token === undefined ? {} : { authorization: `DPoP ${token}` }
    const headers = { accept: 'application/json', ...authorization, ...rest.headers, dpop }
    return agent.request(path, { ...rest, headers })
  }
  const first = await send()
  const nonce = first.headers.get('dpop-nonce')
  return first.status >= 400 && nonce !== null ? send(nonce) : first
}
