/** Builds the packages for npm: a minified ES module with its source map, and types with theirs. `npm run build`. */
import { execFile } from 'node:child_process'
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

interface Package {
  name: string
  tsconfig: string
  /** Left to who installs it. */
  external: readonly RegExp[]
  /** Stands first in the module. */
  directive?: string
}

/** In the order in which they need each other's types. */
const PACKAGES: readonly Package[] = [
  { name: 'browser', tsconfig: 'tsconfig.json', external: [] },
  {
    name: 'react',
    tsconfig: 'tsconfig.build.json',
    external: [/^react(\/|$)/, /^@gatehouse\/browser$/],
    // Frameworks that render on a server as well are told that hooks are for the browser's side.
    directive: "'use client'",
  },
]

/** Gzipped bytes of each module. */
export async function buildPackages(): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>()
  for (const { name, tsconfig, external, directive } of PACKAGES) {
    const root = join(import.meta.dirname, name)
    await build({
      root,
      configFile: false,
      logLevel: 'warn',
      // Whatever NODE_ENV says here: what is built is for everybody.
      oxc: { jsx: { runtime: 'automatic', development: false } },
      build: {
        target: 'es2022',
        sourcemap: true,
        lib: { entry: 'src/index.ts', formats: ['es'], fileName: 'index' },
        rolldownOptions: {
          external: [...external],
          output: { minify: true, comments: false, ...(directive && { banner: directive }) },
        },
      },
    })
    await writeTypes(join(root, tsconfig))
    await copyFile(join(root, '../../LICENSE'), join(root, 'LICENSE'))
    sizes.set(name, gzipSync(await readFile(join(root, 'dist/index.js'))).byteLength)
  }
  return sizes
}

const TSC = join(import.meta.dirname, '../node_modules/typescript/bin/tsc')

async function writeTypes(project: string): Promise<void> {
  const options = '--noEmit false --emitDeclarationOnly --declaration --declarationMap'.split(' ')
  const folders = ['--rootDir', join(project, '../src'), '--outDir', join(project, '../dist')]
  await promisify(execFile)(process.execPath, [TSC, '--project', project, ...options, ...folders])
}

if (import.meta.main) {
  for (const [name, bytes] of await buildPackages()) {
    process.stdout.write(`@gatehouse/${name}  ${(bytes / 1000).toFixed(2)} kB gzipped\n`)
  }
}
