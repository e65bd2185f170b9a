/** The application in examples/react-spa: built for a house, and served with the policy that it asks for. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, preview } from 'vite'
import { parse } from 'yaml'
import { configFor } from '../../examples/react-spa/vite.config.ts'

const FOLDER = join(import.meta.dirname, '../../examples/react-spa')

export interface Example {
  stop(): Promise<void>
}

export async function serveExample(issuer: string, port: number): Promise<Example> {
  const outDir = await mkdtemp(join(tmpdir(), 'gatehouse-example-'))
  const { define, ...rest } = configFor(issuer)
  const config = {
    ...rest,
    configFile: false,
    logLevel: 'warn',
    // React's own, for developers: in it `StrictMode` mounts everything twice.
    define: { ...define, 'process.env.NODE_ENV': '"development"' },
  } as const
  await build({ ...config, build: { ...config.build, outDir, emptyOutDir: true } })
  const server = await preview({
    ...config,
    build: { outDir },
    preview: { ...config.preview, host: '127.0.0.1', port },
  })
  return {
    stop: async () => {
      await server.close()
      await rm(outDir, { recursive: true })
    },
  }
}

/** What its apply.yaml sets up, for another origin. */
export async function exampleSetUp(origin: string): Promise<object> {
  const text = await readFile(join(FOLDER, 'apply.yaml'), 'utf8')
  return parse(text.replaceAll('http://localhost:5173', origin)) as object
}
