/** What was thrown; `code` and `details` where it is a `GatehouseError`. */
export type Failure = Error & { readonly code?: string; readonly details?: Readonly<Record<string, unknown>> }

export const toFailure = (thrown: unknown): Failure =>
  thrown instanceof Error ? thrown : new Error(String(thrown))
