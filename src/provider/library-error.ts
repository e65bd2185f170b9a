import { errors } from 'oidc-provider'

/** The status and the words of an error of the library; undefined for every other. */
export function libraryError(error: unknown): { status: number; message: string } | undefined {
  return error instanceof errors.OIDCProviderError
    ? { status: error.statusCode, message: error.message }
    : undefined
}
