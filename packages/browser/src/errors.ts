/**
 * What went wrong, by a stable `code`: one of this package's own (below) or the server's word for it, such as
 * `invalid_credentials`. `details` is what the server said besides.
 */
export class GatehouseError extends Error {
  override readonly name = 'GatehouseError'
  // Assigned below: a declaration takes no bytes.
  declare readonly code: string
  declare readonly details: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, details: Record<string, unknown> = {}) {
    super(message)
    this.code = code
    this.details = details
  }
}

/** This package's own; what to do about each stands in `docs/connect/browser.md`. */
const OWN = {
  insecure_context: 'This page needs HTTPS',
  unsupported_browser: 'This browser is too old',
  storage_blocked: 'Storage is blocked',
  wrong_mode: 'clientId says how people sign in',
  foreign_return: 'returnTo leads elsewhere',
  invalid_answer: 'No answer to what was asked',
  signed_out: 'Nobody is signed in',
  unreachable: 'No answer: try again',
} as const

export const own = (code: keyof typeof OWN, details?: Record<string, unknown>): GatehouseError =>
  new GatehouseError(code, OWN[code], details)

export const codeOf = (error: unknown): string => String((error as { code?: unknown }).code)
