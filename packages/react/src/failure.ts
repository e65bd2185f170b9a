/** What was thrown; `code` where it is a `GatehouseError`. */
export type Failure = Error & { readonly code?: string }

export const toFailure = (thrown: unknown): Failure =>
  thrown instanceof Error ? thrown : new Error(String(thrown))
