const LONGEST = 2048

/**
 * A text that PostgreSQL takes, also in JSON. Others may write to the store of short-lived state: what they leave there
 * must not stop what comes after it.
 */
export const isStorable = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= LONGEST && !value.includes('\0') && value.isWellFormed()
