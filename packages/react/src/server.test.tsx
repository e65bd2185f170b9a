/** What a server renders: the same for everybody, whatever it holds, and without a browser anywhere near. */
import type { ReactNode } from 'react'
import { renderToReadableStream, renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { createDouble, TOKEN } from '../test/double.ts'
import {
  GatehouseProvider,
  useAccessToken,
  useGatehouse,
  useSession,
  useSignIn,
  useSignOut,
  useStartError,
  useUser,
} from './index.ts'

function Everything(): ReactNode {
  const [session, user, token] = [useSession(), useUser(), useAccessToken()]
  const [signIn, signOut, error] = [useSignIn(), useSignOut(), useStartError()]
  const shown = { session, user, token, signIn, signOut, error, is: typeof useGatehouse() }
  return <pre>{JSON.stringify(shown)}</pre>
}

const ADA = { sub: 'ada', name: 'Ada Lovelace' }
const EVERYBODY =
  '{"session":{"status":"loading"},"user":{"status":"loading"},"token":{},"signIn":{"pending":false},' +
  '"signOut":{"pending":false},"is":"object"}'

const textOf = (html: string): string => html.replace(/<[^>]*>/g, '').replaceAll('&quot;', '"')

describe('a page that a server renders', () => {
  it('knows nobody, though the server holds a session', async () => {
    const gatehouse = createDouble({ status: 'signed-in', claims: ADA })
    const page = (
      <GatehouseProvider gatehouse={gatehouse}>
        <Everything />
      </GatehouseProvider>
    )
    const streamed = await new Response(await renderToReadableStream(page)).text()
    for (const html of [renderToString(page), streamed]) {
      expect(textOf(html)).toBe(EVERYBODY)
      expect(html).not.toContain(TOKEN)
      expect(html).not.toContain('ada')
    }
    const none = { start: 0, stop: 0, getUser: 0, getAccessToken: 0, listeners: 0 }
    expect(gatehouse.calls, 'nothing is begun').toEqual(none)
  })

  it('is rendered where there is no browser', () => {
    expect(['window', 'document', 'location', 'localStorage'].filter((name) => name in globalThis)).toEqual(
      [],
    )
    const page = (
      <GatehouseProvider options={{ issuer: 'https://id.example.com', clientId: 'portal' }}>
        <Everything />
      </GatehouseProvider>
    )
    expect(textOf(renderToString(page))).toBe(EVERYBODY)
  })
})

it('a hook says what it lacks', () => {
  expect(() => renderToString(<Everything />)).toThrow('GatehouseProvider')
})
