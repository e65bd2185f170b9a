/** The packages for npm, as they come to who installs them: built, packed, installed without a network, and used. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const MODULES = join(ROOT, 'node_modules')
/** Each with the gzipped bytes that it may have, and a source. */
const PACKAGES = [
  ['browser', 5_000, '../src/gatehouse.ts'],
  ['react', 1_500, '../src/provider.tsx'],
] as const

let folder: string

const run = async (cwd: string, command: string, ...args: string[]): Promise<string> =>
  (await promisify(execFile)(command, args, { cwd })).stdout

const packageFolder = (name: string): string => join(ROOT, 'packages', name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-consumer-'))
  await run(ROOT, 'npm', 'run', 'build')
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each(PACKAGES)('@gatehouse/%s', (name, limit, source) => {
  const built = (file: string): Promise<string> => readFile(join(packageFolder(name), 'dist', file), 'utf8')

  it(`has no more than ${limit} bytes gzipped, and its source map`, async () => {
    const module = await built('index.js')
    expect(gzipSync(module).byteLength).toBeLessThanOrEqual(limit)
    expect(module).toMatch(/\n\/\/# sourceMappingURL=index\.js\.map$/m)
    const { sources, sourcesContent } = JSON.parse(await built('index.js.map')) as Record<string, string[]>
    expect(sources).toContain(source)
    expect(sourcesContent).toHaveLength(sources?.length ?? 0)
  })

  it('is packed as publint wants it, without its tests', async () => {
    const { messages } = await publint({ pkgDir: packageFolder(name), level: 'suggestion', strict: true })
    expect(messages).toEqual([])
    const packed = await run(packageFolder(name), 'npm', 'pack', '--dry-run', '--json')
    const [{ files } = { files: [] }] = JSON.parse(packed) as { files: { path: string }[] }[]
    const paths = files.map(({ path }) => path)
    const needed = ['dist/index.js', 'dist/index.d.ts', 'src/index.ts', 'README.md', 'LICENSE']
    expect(paths).toEqual(expect.arrayContaining(needed))
    expect(paths.filter((path) => /test/.test(path))).toEqual([])
  })
})

describe('a project that installs both, without a network', () => {
  beforeAll(async () => {
    for (const [name] of PACKAGES) await run(packageFolder(name), 'npm', 'pack', '--pack-destination', folder)
    const tarballs = Object.fromEntries(
      (await readdir(folder)).map((file) => [
        `@gatehouse/${/(browser|react)/.exec(file)?.[0]}`,
        `file:./${file}`,
      ]),
    )
    const here = (name: string) => [name, `file:${join(MODULES, name)}`]
    const libraries = ['react', 'react-dom', 'scheduler', '@types/react', 'csstype'].map(here)
    const dependencies = { ...tarballs, ...Object.fromEntries(libraries) }
    await write('package.json', JSON.stringify({ private: true, type: 'module', dependencies }))
    // Into a cache of its own: nothing may come out of this machine's.
    const options = ['--offline', '--cache', join(folder, '.cache'), '--ignore-scripts', '--install-links']
    await run(folder, 'npm', 'install', ...options)
  })

  const write = (file: string, text: string): Promise<void> => writeFile(join(folder, file), text)

  it('runs them in Node, where nothing of a browser is', async () => {
    await write('run.js', SERVER_SIDE)
    expect(await run(folder, process.execPath, 'run.js')).toBe('loading <p>loading</p>\n')
  })

  it.each(['nodenext', 'bundler'])('has their types, with moduleResolution %s', async (moduleResolution) => {
    await write('app.tsx', CLIENT_SIDE)
    const compilerOptions = {
      module: moduleResolution === 'nodenext' ? 'nodenext' : 'esnext',
      moduleResolution,
      lib: ['es2022', 'dom'],
      jsx: 'react-jsx',
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      types: [],
    }
    await write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['app.tsx'] }))
    expect(await run(folder, process.execPath, join(MODULES, 'typescript/bin/tsc'))).toBe('')
  })
})

const SERVER_SIDE = `
import { createGatehouse } from '@gatehouse/browser'
import { GatehouseProvider, useSession } from '@gatehouse/react'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
const gatehouse = createGatehouse({ issuer: 'https://id.example.com', clientId: 'portal' })
const Status = () => createElement('p', {}, useSession().status)
const page = createElement(GatehouseProvider, { gatehouse }, createElement(Status))
console.log(gatehouse.getSession().status, renderToString(page))
`

const CLIENT_SIDE = `
import { createGatehouse, GatehouseError, type Session } from '@gatehouse/browser'
import { GatehouseProvider, useSession, useSignIn, useUser } from '@gatehouse/react'
const gatehouse = createGatehouse({ issuer: 'https://id.example.com', origins: ['https://api.example.com'] })
function Page() {
  const session: Session = useSession()
  const [user, { signInWithPassword, error }] = [useUser(), useSignIn()]
  if (session.status === 'signed-in') return <p>{user.status === 'ready' ? user.claims.sub : null}</p>
  const refused = error instanceof GatehouseError && error.code === 'invalid_credentials'
  return <button disabled={refused} onClick={() => signInWithPassword({ username: 'ada', password: '…' })} />
}
export const App = () => <GatehouseProvider gatehouse={gatehouse}><Page /></GatehouseProvider>
// @ts-expect-error: neither a gatehouse nor options
export const wrong = <GatehouseProvider />
`
