/**
 * What went wrong, by a stable `code`: one of this package's own (below) or the server's word for it, such as
 * `invalid_credentials`. `details` is what the server said besides.
 */
export class GatehouseError extends Error {
  override readonly name = 'GatehouseError'
  readonly code: string
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, details: Record<string, unknown> = {}) {
    super(message)
    this.code = code
    this.details = details
  }
}

/** This package's own, each with what to do. */
const OWN = {
  insecure_context: 'Serve this page over HTTPS (or from localhost)',
  unsupported_browser: 'This browser has no Web Locks: update it',
  storage_blocked: 'Allow storage for this site: it holds the key',
  wrong_mode: 'With clientId call signIn(), without one signInWithPassword()',
  foreign_return: 'returnTo must lead to this origin',
  invalid_answer: 'No answer to what was asked',
  signed_out: 'Nobody is signed in',
  unreachable: 'No answer; the session lives on',
} as const

export const own = (code: keyof typeof OWN, details?: Record<string, unknown>): GatehouseError =>
  new GatehouseError(code, OWN[code], details)

export const codeOf = (error: unknown): string => String((error as { code?: unknown }).code)
