import { describe, expect, it } from 'vitest'
import { createAssets } from './assets.ts'
import { gallery } from './gallery.ts'
import { createMessages } from './messages.ts'
import type { PageModels, PageName } from './models.ts'
import { createPages } from './pages.ts'

const pages = createPages({
  issuer: 'https://id.example.com',
  assets: createAssets(),
  messages: createMessages(),
  production: false,
})
const render = <N extends PageName>(name: N, model: PageModels[N]) => pages.render(name, 'en', model)

const HOSTILE =
  '"\'><script>alert(1)</script></title><img src=x onerror=alert(1)>\u202e\u2066\u200b\u2028javascript:' +
  'e\u0301'.repeat(2000)

/** Chosen by the house, or checked before. */
const EXACT = new Set([
  'kind',
  'id',
  'csrf',
  'action',
  'error',
  'redirectUri',
  'country',
  'what',
  'done',
  'alert',
  'method',
  'credentialId',
  'rpId',
  'userId',
  'slug',
  'connectors.href',
  'to.href',
])

/** Every string of a model replaced, but for those that are exact by contract. */
function poison(value: unknown, key = '', within = ''): unknown {
  if (typeof value === 'string') return EXACT.has(key) || EXACT.has(`${within}.${key}`) ? value : HOSTILE
  if (Array.isArray(value))
    return ['fields', 'navigation', 'summaries', 'ways', 'allAcceptedCredentialIds'].includes(key)
      ? value
      : value.map((item) => poison(item, '', key))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, poison(item, name, key || within)]),
  )
}

describe('text from strangers', () => {
  for (const state of gallery) {
    it(`stays text on ${state.id}`, () => {
      const draw = pages.render as (name: PageName, locale: string, model: unknown) => string
      const html = draw(state.page, 'en', poison(state.model))
      expect(html).not.toContain('<script>')
      expect(html).not.toContain('<img src=x')
      expect(html).not.toMatch(/(href|action|src)="(?!\/|https:|\?|#(?:main|end)")/)
      expect(html).not.toMatch(/[\u200b-\u200f\u2028-\u202e\u2060-\u2069]/)
      expect(html.length).toBeLessThan(50_000)
    })
  }

  it('is cut at 64 characters in a client’s name, and isolated', () => {
    const html = render('sign-in', { csrf: 'x', client: { name: 'n'.repeat(100_000) } })
    expect(html).toContain(`<bdi class="name">${'n'.repeat(63)}…</bdi>`)
  })

  it('that shows nothing gets a name that says so', () => {
    expect(render('sign-in', { csrf: 'x', client: { name: '\u200b\u202e' } })).toContain(
      'An app without a name',
    )
  })

  it('gives no link or picture but https and our own', () => {
    const client = {
      name: 'X',
      verified: false,
      logo: 'https://tracker.example/logo.png',
      policyUri: 'javascript:alert(1)',
      tosUri: 'http://app.example/terms',
    }
    const html = render('consent', {
      csrf: 'x',
      client,
      redirectUri: 'https://app.example/cb',
      account: { email: 'a@example.com' },
      scopes: [],
      connectedApps: '//evil.example/',
    })
    expect(html).not.toMatch(/evil|tracker|javascript|http:/)
  })

  it('reaches a form_post field to the byte, only escaped', () => {
    const value = 'a"b\u202e<c>&amp;'
    const html = render('form-post', { action: 'https://app.example/cb', fields: [{ name: 'state', value }] })
    expect(html).toContain('value="a&quot;b\u202e&lt;c&gt;&amp;amp;"')
  })
})
