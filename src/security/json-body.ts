import { AppError } from '../shared/app-error.ts'
import type { FormRequest } from './body.ts'
import { readBytes } from './read-bytes.ts'

const JSON_TYPE = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i

/**
 * Reads a JSON object (RFC 8259) of a request. Strict as `readForm`: a type that a page of another site could send
 * without being asked (`text/plain`, a form) is none of ours.
 */
export async function readJson(
  { req, res }: FormRequest,
  maxBytes: number,
): Promise<Record<string, unknown>> {
  const { 'content-type': types = [], 'content-encoding': encodings = [] } = req.headersDistinct
  if (types.length !== 1 || !JSON_TYPE.test(types[0] ?? '') || encodings.length > 0) {
    throw new AppError('unsupported_media_type', 'This address takes application/json only.')
  }
  const value = parse(await readBytes(req, res, maxBytes))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badJson('no object')
  return value as Record<string, unknown>
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch (error) {
    throw badJson('no JSON in UTF-8', error)
  }
}

const badJson = (detail: string, cause?: unknown): AppError =>
  new AppError('bad_request', 'This JSON can not be read.', { detail, cause })
