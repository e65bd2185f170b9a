import { randomBytes } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'

const demoFile = z.object({
  issuer: z.string(),
  playground: z.string(),
  /** Absent once the demo's person was deleted. */
  user: z.object({ email: z.string(), password: z.string() }).optional(),
  clients: z.array(z.object({ client_id: z.string(), client_secret: z.string().optional() })),
})

export type DemoFile = z.output<typeof demoFile>

export const demoFileIn = (dataDir: string): string => join(dataDir, 'demo.json')

/** Undefined when it is missing, or not what we wrote. */
export async function readDemoFile(dataDir: string): Promise<DemoFile | undefined> {
  try {
    return demoFile.parse(JSON.parse(await readFile(demoFileIn(dataDir), 'utf8')))
  } catch {
    return undefined
  }
}

/** Whole or not at all, and for the owner's eyes from its first byte on. */
export async function writeDemoFile(dataDir: string, content: DemoFile): Promise<void> {
  const path = demoFileIn(dataDir)
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await writeSynced(draft, `${JSON.stringify(content, null, 2)}\n`)
    await rename(draft, path)
    await using folder = await open(dirname(path), 'r')
    await folder.sync()
  } finally {
    await rm(draft, { force: true })
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  await file.writeFile(text)
  await file.sync()
}
