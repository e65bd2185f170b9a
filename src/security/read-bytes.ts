/**
 * Reads a request's content up to a limit. Beyond it a little more is read and thrown away, so that an honest
 * client can finish sending and then see its 413: closing earlier would reset its connection first. Who goes on
 * and on is cut off instead.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '../shared/app-error.ts'

const MAX_THROWN_AWAY = 4 * 1024 * 1024

export function readBytes(req: IncomingMessage, res: ServerResponse, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const kept: Buffer[] = []
    let size = 0

    const settle = (action: () => void): void => {
      req.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose)
      action()
    }
    const cutOff = (): void => {
      req.pause()
      // After this answer Node closes the socket instead of reading the rest as the next request.
      res.setHeader('connection', 'close')
      settle(() => reject(tooLarge(maxBytes)))
    }
    const onData = (chunk: Buffer): void => {
      size += chunk.length
      if (size <= maxBytes) kept.push(chunk)
      else kept.length = 0
      if (size > maxBytes + MAX_THROWN_AWAY) cutOff()
    }
    const onEnd = (): void =>
      settle(() => (size > maxBytes ? reject(tooLarge(maxBytes)) : resolve(Buffer.concat(kept))))
    const onClose = (): void => settle(() => reject(new AppError('bad_request', 'The request ended early.')))

    if (Number(req.headers['content-length'] ?? 0) > maxBytes + MAX_THROWN_AWAY) cutOff()
    else if (req.readableEnded || req.destroyed) onClose()
    else req.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose)
  })
}

const tooLarge = (maxBytes: number): AppError =>
  new AppError('payload_too_large', 'What was sent is too large.', { detail: `more than ${maxBytes} bytes` })
