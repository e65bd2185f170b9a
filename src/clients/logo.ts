/** Pictures of clients, kept with them and served by us, so that a page of ours never loads anything from elsewhere. */
import { hash } from 'node:crypto'

const DATA_URI = /^data:(image\/(?:png|jpeg|webp));base64,(.+)$/

export interface Logo {
  type: string
  body: Buffer
}

/** Changes with the picture, so that it may be kept for long. */
export const logoPath = (clientId: string, logoUri: string): string =>
  `/logos/${Buffer.from(clientId).toString('base64url')}/${hash('sha256', logoUri, 'base64url').slice(0, 16)}`

export function readLogo(logoUri: string | undefined): Logo | undefined {
  const [, type, data] = DATA_URI.exec(logoUri ?? '') ?? []
  return type === undefined || data === undefined ? undefined : { type, body: Buffer.from(data, 'base64') }
}
