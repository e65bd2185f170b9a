/** Client assertions (RFC 7523) as honest clients and forgers make them. */
import { createHmac, randomUUID } from 'node:crypto'

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

export const epochSeconds = (): number => Math.floor(Date.now() / 1000)

/** Right but for what `over` says; `undefined` takes a claim away. Always signed by HS256, whatever the header says. */
export function assertionBy(
  { clientId, secret }: { clientId: string; secret: string },
  issuer: string,
  over: Record<string, unknown> = {},
  header: object = { alg: 'HS256' },
): string {
  // To the millisecond (RFC 7519 §2, NumericDate): a store that began to remember within this second takes it.
  const [iat, exp] = [Date.now() / 1000, epochSeconds() + 60]
  const claims = { iss: clientId, sub: clientId, aud: issuer, jti: randomUUID(), iat, exp }
  const signed = `${part(header)}.${part({ ...claims, ...over })}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

/** As parameters of a request. */
export const presenting = (assertion: string) => ({
  client_assertion: assertion,
  client_assertion_type: ASSERTION_TYPE,
})
