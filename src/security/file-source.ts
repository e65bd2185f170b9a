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
  /** The version that was looked at last, and the one that was told of as one that can't be read. */
  let known: string | undefined
  let told: string | undefined
  let under: Promise<void> | undefined
  const look = async (): Promise<void> => {
    let version = 'none'
    try {
      version = versionOf(await stat(path, { bigint: true }))
      // Back after it was away, though the same, it is told of as one that can be read.
      if (version === known && (told === undefined || told === version)) return
      const bytes = await readFile(path)
      // As it was before it was read: who writes meanwhile is noticed the next time.
      known = version
      onRead(read(bytes))
      told = undefined
    } catch (error) {
      if (version !== told) onFailed(error)
      told = version
    }
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

/** A file that is renamed into place has another inode, one that is written over, or may be read at last, another time. */
const versionOf = ({ dev, ino, size, ctimeNs }: BigIntStats): string => [dev, ino, size, ctimeNs].join(' ')
