import { randomBytes, randomUUIDv7 } from 'node:crypto'

/** A row id: UUID version 7 (RFC 9562), ordered by time. */
export const newRowId = (): string => randomUUIDv7()

/** A bearer value of `bytes` random bytes, base64url; 32 bytes (256 bits) unless told otherwise. */
export const newSecret = (bytes = 32): string => randomBytes(bytes).toString('base64url')
