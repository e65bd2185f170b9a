/**
 * The master key of embedded storage, kept in `DATA_DIR/master.key`. A new one over old data would make all that is
 * stored unreadable in silence, so a missing or damaged file is refused and named, never replaced.
 */
import { randomBytes } from 'node:crypto'
import { constants, copyFile, link, mkdir, open, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Problem } from './problem.ts'
import { masterKeys } from './values/master-keys.ts'

export type MasterKeyFile =
  /** `keys` as in `MASTER_KEY`: the first wraps, all unwrap. */
  { ok: true; keys: Buffer[]; created: boolean; warnings: string[] } | { ok: false; problem: Problem }

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'

function refusal(path: string, wrong: string): MasterKeyFile {
  const message = `is kept in ${path}, and that file ${wrong}`
  return { ok: false, problem: { variable: 'MASTER_KEY', message, example: 'the key that the file held' } }
}

/** A file, or a folder's list of names. */
async function sync(path: string): Promise<void> {
  await using handle = await open(path, 'r')
  await handle.sync()
}

async function writeNew(path: string, text: string): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  await file.writeFile(text)
  await file.sync()
}

/** Some volumes know no hard links; an exclusive copy is the next best, as it overwrites nothing either. */
const publish = (from: string, to: string) =>
  link(from, to).catch((error: unknown) => {
    if (codeOf(error) === 'EEXIST') throw error
    return copyFile(from, to, constants.COPYFILE_EXCL)
  })

/** False when another starter was faster: its key counts. */
async function create(path: string): Promise<boolean> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await writeNew(draft, `${randomBytes(32).toString('base64')}\n`)
    await publish(draft, path)
    await sync(path)
    await sync(dirname(path))
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

async function warnIfOpen(path: string, right: string): Promise<string[]> {
  const mode = (await stat(path)).mode & 0o777
  const shown = mode.toString(8).padStart(4, '0')
  return (mode & 0o077) === 0 ? [] : [`${path} is open to others (mode ${shown}): chmod ${right} it`]
}

async function read(path: string, created: boolean): Promise<MasterKeyFile> {
  await using file = await open(path, 'r')
  if (!(await file.stat()).isFile()) return refusal(path, 'is no regular file')
  const parsed = masterKeys.safeParse((await file.readFile('utf8')).replace(/\r?\n$/, ''))
  if (!parsed.success)
    return refusal(path, `${parsed.error.issues[0]?.message}: put the right one back from a backup`)
  const warnings = [...(await warnIfOpen(dirname(path), '0700')), ...(await warnIfOpen(path, '0600'))]
  return { ok: true, keys: parsed.data, created, warnings }
}

/** `mayCreate`: only while the folder holds no data yet. */
export async function readOrCreateMasterKey(
  dataDir: string,
  { mayCreate }: { mayCreate: boolean },
): Promise<MasterKeyFile> {
  const path = join(dataDir, 'master.key')
  try {
    if (mayCreate) await mkdir(dataDir, { recursive: true, mode: 0o700 })
    const missing = await stat(path).then(
      () => false,
      (error: unknown) => codeOf(error) === 'ENOENT',
    )
    if (missing && !mayCreate)
      return refusal(
        path,
        'is missing although there is data: put it back from a backup, as no other opens it',
      )
    return await read(path, missing && (await create(path)))
  } catch (error) {
    return refusal(path, `can’t be read or made (${codeOf(error)})`)
  }
}
