/** Pages of an application that has the browser package, and an API beside them that writes down what reaches it. */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { build } from 'vite'

export interface ApiCall {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: string
}

export interface ClientPages {
  readonly origin: string
  /** What reached `/api`, oldest first. */
  readonly calls: ApiCall[]
  /** How the API answers the next call; 200 where nothing is said. */
  answerNext(answer: (res: ServerResponse) => void): void
  stop(): Promise<void>
}

const PAGE = `<!doctype html><meta charset="utf-8"><title>An application</title>
<script type="module">
import * as package_ from '/client.js'
Object.assign(globalThis, package_)
globalThis.isReady = true
</script>`

export async function startClientPages(): Promise<ClientPages> {
  const script = await bundled()
  const calls: ApiCall[] = []
  const answers: ((res: ServerResponse) => void)[] = []
  const server = createServer((req, res) => {
    const { url = '', method = '', headers } = req
    if (url === '/client.js') return res.setHeader('content-type', 'text/javascript').end(script)
    if (!url.startsWith('/api')) return res.setHeader('content-type', 'text/html').end(PAGE)
    let body = ''
    req.setEncoding('utf8').on('data', (part: string) => {
      body += part
    })
    req.on('end', () => {
      calls.push({ method, url, headers, body })
      const answer = answers.shift() ?? ((to) => to.end('{}'))
      answer(res)
    })
    return res
  })
  await listen(server)
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    calls,
    answerNext: (answer) => answers.push(answer),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

const listen = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })

async function bundled(): Promise<string> {
  const output = await build({
    root: join(import.meta.dirname, '../../packages/browser'),
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: 'src/index.ts', formats: ['es'], fileName: 'index' },
    },
  })
  const [first] = [output].flat()
  if (first === undefined || !('output' in first)) throw new Error('the package was not built')
  return first.output[0].code
}
