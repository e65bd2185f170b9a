/**
 * A file of SHA-1 hashes, one a line in the order of their digits, each with a count behind a colon or alone: Have I Been
 * Pwned's list as its downloader leaves it, 40 GB. A hash is found in it with some thirty reads, and nothing is kept of it.
 */
import { type FileHandle, open } from 'node:fs/promises'

const HASH = /^[\dA-Fa-f]{40}(?=[:\r\n]|$)/
/** Any line is shorter. */
const LINE = 64
/** What is read at once at the end. */
const BLOCK = 4096

/** Opened each time, so that a file may be replaced. Rejects where it can't be read, or holds no such lines. */
export async function includesHash(path: string, hash: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    if (size === 0) throw new Error('the file of known passwords is empty')
    return await search(file, size, hash.toUpperCase())
  } finally {
    await file.close()
  }
}

/** `low` is where a line begins; the one that is looked for begins in [low, high). */
async function search(file: FileHandle, size: number, hash: string): Promise<boolean> {
  let [low, high] = [0, size]
  while (high - low > BLOCK) {
    const middle = low + Math.floor((high - low) / 2)
    const text = await read(file, middle, 2 * LINE)
    const begin = text.indexOf('\n') + 1
    const found = hashOf(text.slice(begin))
    if (found === hash) return true
    if (found < hash) low = middle + text.indexOf('\n', begin) + 1
    else high = middle + begin
  }
  const lines = (await read(file, low, high - low + LINE)).split('\n').filter((line) => line !== '')
  // The last may be cut.
  for (const line of lines.slice(0, 1)) hashOf(line)
  return lines.some((line) => line.slice(0, hash.length).toUpperCase() === hash)
}

async function read(file: FileHandle, position: number, length: number): Promise<string> {
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(length), position })
  return buffer.toString('latin1', 0, bytesRead)
}

function hashOf(line: string): string {
  const hash = HASH.exec(line)?.[0]
  if (hash === undefined)
    throw new Error('the file of known passwords holds a line that begins with no SHA-1')
  return hash.toUpperCase()
}
