import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBytes } from '../security/read-bytes.ts'
import { AppError } from '../shared/app-error.ts'

const MAX_BYTES = 10_240
const JSON_TYPE = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i

export async function readJson({
  req,
  res,
}: {
  req: IncomingMessage
  res: ServerResponse
}): Promise<unknown> {
  if (!JSON_TYPE.test(req.headers['content-type'] ?? '')) {
    throw new AppError('unsupported_media_type', 'This address takes application/json only.')
  }
  const bytes = await readBytes(req, res, MAX_BYTES)
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw new AppError('bad_request', 'This is no JSON.', { cause })
  }
}
