import { errors } from 'oidc-provider'
import { AppError } from '../shared/app-error.ts'

/** 503 in the library's terms: shown as it is, and never sent to a client as a redirect. */
export function unavailable(cause: unknown, description?: string): errors.OIDCProviderError {
  const error = new errors.TemporarilyUnavailable(description ?? 'try again in a moment', { cause })
  return Object.assign(error, { status: 503, statusCode: 503, expose: true, allow_redirect: false })
}

/** A store that is away, or a full queue, is the library's 503, not its 500. */
export const inLibraryTerms = (error: unknown): unknown =>
  error instanceof AppError && error.status === 503 ? unavailable(error) : error

export async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw inLibraryTerms(error)
  }
}

/** Puts `orUnavailable` around every method of an adapter. */
export function orUnavailableAll<T extends object>(adapter: T): T {
  const wrapped = Object.entries(adapter).map(([name, method]) => [
    name,
    (...args: unknown[]) => orUnavailable((method as (...args: unknown[]) => Promise<unknown>)(...args)),
  ])
  return Object.fromEntries(wrapped) as T
}
