import { createReadStream } from 'node:fs'

/** Bounded whatever the path leads to: the rest of a larger file is not even read. */
export async function readFileUpTo(path: string, bytes: number): Promise<Buffer> {
  const parts: Buffer[] = []
  try {
    for await (const part of createReadStream(path, { end: bytes - 1 })) parts.push(part as Buffer)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new Error(`${path} can’t be read${code}. Nothing was changed.`, { cause: error })
  }
  return Buffer.concat(parts)
}
