/**
 * Reads the form of a request, for our own pages: one encoding, one spelling of each field, small. Strict on
 * purpose: what browsers never send (a field twice, gzip, bytes that are no UTF-8) is an attempt to be read
 * differently by two programs (ASVS V15.3.7). The provider reads its own requests.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '../shared/app-error.ts'
import { readBytes } from './read-bytes.ts'

const MAX_FIELDS = 100

export interface FormRequest {
  req: IncomingMessage
  res: ServerResponse
}

/** Field names to values; names that were not sent are `undefined`, `__proto__` is a name like any other. */
export async function readForm(
  { req, res }: FormRequest,
  maxBytes = 16_384,
): Promise<Record<string, string>> {
  requirePlainForm(req)
  return parseForm(decodeUtf8(await readBytes(req, res, maxBytes)))
}

function requirePlainForm(req: IncomingMessage): void {
  // Node keeps the first of two Content-Types; a proxy in front may have read the other.
  const { 'content-type': types = [], 'content-encoding': encodings = [] } = req.headersDistinct
  if (types.length !== 1 || !FORM.test(types[0] ?? '')) {
    throw new AppError('unsupported_media_type', 'This page takes application/x-www-form-urlencoded only.')
  }
  if (encodings.some((encoding) => encoding.toLowerCase() !== 'identity')) {
    throw new AppError('unsupported_media_type', 'This page takes no compressed content.')
  }
}

const FORM = /^application\/x-www-form-urlencoded\s*(;\s*charset="?utf-8"?\s*)?$/i

function parseForm(text: string): Record<string, string> {
  const fields = text === '' ? [] : text.split('&', MAX_FIELDS + 1)
  if (fields.length > MAX_FIELDS) throw badForm('more than 100 fields')
  const form: Record<string, string> = Object.create(null)
  for (const field of fields) {
    const [name, value] = splitField(field)
    if (name in form) throw badForm('a field occurs twice')
    form[name] = value
  }
  return form
}

function splitField(field: string): [string, string] {
  const at = field.indexOf('=')
  return at < 0
    ? [decodeField(field), '']
    : [decodeField(field.slice(0, at)), decodeField(field.slice(at + 1))]
}

function decodeField(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (error) {
    throw badForm('an escape sequence that is no UTF-8', error)
  }
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw badForm('bytes that are no UTF-8', error)
  }
}

const badForm = (detail: string, cause?: unknown): AppError =>
  new AppError('bad_request', 'This form can not be read.', { detail, cause })
