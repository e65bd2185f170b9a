/**
 * A file that somebody else keeps: read at the start, and again whenever it was replaced. What can't be read is told and
 * changes nothing: what the file said before goes on to count.
 */
import type { BigIntStats } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'

export interface FileSourceUse<T> {
  path: string
  /** Throws for what is no such file. */
  read: (bytes: Buffer) => T
  /** Hears of each version of the file, once. */
  onRead: (value: T) => void
  onFailed: (error: unknown) => void
}

export interface FileSource {
  /** Looks whether the file is another one by now. Never rejects. */
  refresh(): Promise<void>
}

export function createFileSource<T>({ path, read, onRead, onFailed }: FileSourceUse<T>): FileSource {
  let known: string | undefined
  let under: Promise<void> | undefined
  const look = async (): Promise<void> => {
    let version: string | undefined
    try {
      version = versionOf(await stat(path, { bigint: true }))
      if (version === known) return
      onRead(read(await readFile(path)))
    } catch (error) {
      version ??= 'none'
      if (version !== known) onFailed(error)
    }
    // As it was before it was read: who writes meanwhile is noticed the next time.
    known = version
  }
  return {
    refresh: () => {
      under ??= look().finally(() => {
        under = undefined
      })
      return under
    },
  }
}

/** A file that is renamed into place has another inode, one that is written over another size or time. */
const versionOf = ({ dev, ino, size, mtimeNs }: BigIntStats): string => [dev, ino, size, mtimeNs].join(' ')
