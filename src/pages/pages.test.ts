import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createAssets } from './assets.ts'
import { createBrand, OWN_BRAND } from './brand.ts'
import { gallery } from './gallery.ts'
import { CATALOGUES, type Catalogue } from './locales.ts'
import { mailGallery } from './mail-gallery.ts'
import { createMails } from './mails.ts'
import { createMessages, type Messages } from './messages.ts'
import type { PageModels, PageName } from './models.ts'
import { createPages } from './pages.ts'
import { ratingInWords } from './rating-in-words.ts'
import { createTexts } from './texts.ts'

/** What stands round a page that is drawn already. */
const AROUND = new Set(['layout.eta', 'self-service/account/shell.eta'])

const en = CATALOGUES['en'] as Catalogue
const assets = createAssets()
const issuer = 'https://id.example.com'
const withMessages = (messages: Messages, production = false) =>
  createPages({ issuer, assets, messages, production })
const pages = withMessages(createMessages())
const render = <N extends PageName>(name: N, model: PageModels[N]) => pages.render(name, 'en', model)

describe('sign-in', () => {
  it('keeps the address, clears the password and points at what is wrong', () => {
    const html = render('password', {
      csrf: 'token',
      username: 'mira@example.com',
      remember: true,
      ways: [],
      error: { kind: 'invalid_credentials' },
    })
    expect(html).toContain('<title>Error: Enter your password · Gatehouse</title>')
    expect(html).toContain('value="mira@example.com"')
    expect(html).toMatch(/name="password"[^>]*aria-invalid="true"[^>]*aria-describedby="password-fault"/)
    expect(html).not.toMatch(/name="password"[^>]*value=/)
    expect(html).toMatch(/name="remember" checked/)
    expect(html).toContain('name="csrf" value="token"')
  })

  it('says the minutes of a lockout, and never whether an address has an account', () => {
    expect(render('sign-in', { csrf: 'x', error: { kind: 'busy', minutes: 12 } })).toContain('12 minutes')
  })
})

describe('ways that lead elsewhere', () => {
  const model = {
    csrf: 'x',
    ways: ['passkey', 'identity', 'email-code'] as NonNullable<PageModels['sign-in']['ways']>,
    connectors: [
      { name: 'Acme', href: '/federation/acme' },
      { name: 'Birch', href: '/federation/birch' },
    ],
  }
  const rows = (html: string) =>
    [...html.matchAll(/class="method" (?:href|name="method" value)="([^"]*)"/g)].map(([, to]) => to)

  it('stand in the place of the method, in their own order, and are links', () => {
    expect(rows(render('sign-in', model))).toEqual(['/federation/acme', '/federation/birch', 'email-code'])
  })

  it('are none where there is none, and then nothing is said of others either', () => {
    const html = render('sign-in', { csrf: 'x', ways: ['identity'] })
    expect(rows(html)).toEqual([])
    expect(html).not.toContain('or use')
  })

  it('are never a proof more', () => {
    const code = { ...model, method: 'totp', account: { email: 'a@example.com' } } as const
    expect(rows(render('code', code))).toContain('/federation/acme')
    expect(rows(render('code', { ...code, trustDays: 0 }))).toEqual(['email-code'])
  })

  it('are not marked as used before, nor lead off our own pages', () => {
    expect(render('sign-in', { ...model, last: 'identity' })).not.toContain('Last used')
    // Where there is one, it is that one.
    const [only] = model.connectors ?? []
    expect(render('sign-in', { ...model, last: 'identity', connectors: only ? [only] : [] })).toContain(
      'Last used',
    )
    const connectors = [{ name: 'Acme', href: 'https://acme.example/' }]
    expect(rows(render('sign-in', { ...model, connectors }))).toEqual(['email-code'])
  })

  it('say what is said of each alike where they are few', () => {
    const many = Array.from({ length: 12 }, () => model.connectors).flat()
    expect(render('sign-in', model)).toContain('If you have connected it')
    expect(render('sign-in', { ...model, connectors: many })).not.toContain('If you have connected it')
  })
})

describe('the page that goes on elsewhere', () => {
  it('names the host, and leads to a web address only', () => {
    const goesTo = (href: string) => render('going-on', { to: { name: 'Acme', href } })
    expect(goesTo('https://аcme.example/a?b="c"')).toContain('<bdi class="mono">xn--cme-5cd.example</bdi>')
    for (const href of ['mailto:a@example.com', 'javascript:alert(1)', 'http://acme.example/', '/here', ''])
      expect(() => goesTo(href), href).toThrow(/web address/)
  })
})

describe('consent', () => {
  const model: PageModels['consent'] = {
    csrf: 'x',
    client: { name: 'Fieldnotes', verified: false },
    redirectUri: 'https://аpp.example/cb',
    account: { email: 'a@example.com' },
    scopes: [
      { name: 'openid', isNew: false },
      { name: 'email', isNew: true },
    ],
    connectedApps: '/account/applications',
  }

  it('shows the host as ASCII beside the name, and that nobody vouches for it', () => {
    const html = render('consent', model)
    expect(html).toContain('xn--pp-6kc.example')
    expect(html).toContain('Not verified')
  })

  it('marks what is new only when something is old', () => {
    expect(render('consent', model)).toContain('>New<')
    const allNew = model.scopes.map((scope) => ({ ...scope, isNew: true }))
    expect(render('consent', { ...model, scopes: allNew })).not.toContain('>New<')
  })

  it('says where it is taken back', () => {
    expect(render('consent', model)).toContain('href="/account/applications"')
  })

  it('offers refusal first, so that Enter never grants', () => {
    const html = render('consent', model)
    expect(html.indexOf('value="deny"')).toBeGreaterThan(0)
    expect(html.indexOf('value="deny"')).toBeLessThan(html.indexOf('value="approve"'))
  })
})

describe('errors', () => {
  it('keep what developers see out of production', () => {
    const model: PageModels['error'] = {
      code: 'invalid_request',
      status: 400,
      requestId: 'r1',
      time: 0,
      developer: { received: 'https://secret.example/cb' },
    }
    expect(render('error', model)).toContain('secret.example')
    const production = withMessages(createMessages(), true).render('error', 'en', model)
    expect(production).not.toContain('secret.example')
    expect(production).toContain('r1')
  })

  it('have words for codes nobody knows yet', () => {
    const model = { code: 'brand_new', requestId: 'r', time: 0 }
    expect(render('error', { ...model, status: 500 })).toContain('Something broke on our side')
    expect(render('error', { ...model, status: 418 })).toContain('brand_new')
  })
})

describe('the pages as a whole', () => {
  it('have a state in the gallery for every message', () => {
    const used = new Set<string>()
    const messages = createMessages({ en, de: en })
    const watched: Messages = {
      ...messages,
      t: (locale, key, values) => {
        used.add(key)
        return messages.t(locale, key, values)
      },
      rich: (locale, key, values) => {
        used.add(key)
        return messages.rich(locale, key, values)
      },
    }
    const links = { privacy: 'https://a.example', terms: 'https://b.example', help: 'https://c.example' }
    const brand = createBrand({ ...OWN_BRAND, links })
    const drawn = createPages({ issuer, assets, messages: watched, production: false, brand })
    for (const state of gallery) state.render(drawn, 'en')
    const mails = createMails({ issuer, messages: watched, production: false })
    for (const state of mailGallery) state.render(mails, 'en')
    for (const score of [0, 1, 2, 3, 4] as const)
      ratingInWords(watched, 'en', { score, refusal: undefined }, 8)
    createTexts({ issuer, messages: watched })
    expect(Object.keys(en).filter((key) => !used.has(key))).toEqual([])
  })

  it('offer other languages where there are some and the page can be asked for again', () => {
    const alone = withMessages(createMessages({ en }))
    const signIn = pages.render('sign-in', 'ar', { csrf: 'x' })
    expect(signIn).toContain('<html lang="ar" dir="rtl">')
    expect(signIn).toMatch(/href="\?ui_locales=ar"[^>]*aria-current="true"><bdi>العربية/)
    expect(pages.render('logged-out', 'ar', {})).not.toContain('ui_locales')
    expect(pages.render('logged-out', 'ar', {}, { client_id: 'a&b' })).toContain(
      'href="?client_id=a%26b&amp;ui_locales=de"',
    )
    expect(alone.render('sign-in', 'en', { csrf: 'x' })).not.toContain('ui_locales')
  })

  it('are not drawn with a message that they cannot fill', () => {
    const broken = withMessages(createMessages({ en: { ...en, 'sign-in.purpose': 'to {nobody}' } }))
    expect(() => gallery.map((state) => state.render(broken, 'en'))).toThrow()
  })

  it('hold no inline style or script, which the policy would refuse', () => {
    for (const state of gallery) {
      expect(state.render(pages, 'en')).not.toMatch(
        / style=| on\w+=|<style|<script(?! type="module" src="\/)/,
      )
    }
  })

  it('take no more than 60 kB on their way, with all that they bring', async () => {
    for (const { id, render } of gallery) {
      for (const locale of Object.keys(CATALOGUES)) {
        const html = render(pages, locale)
        const brought = [...new Set(html.match(/\/assets\/[^"]+/g))].map((path) => assets.find(path))
        const sizes = await Promise.all(
          brought.map(async (asset) => (await asset?.encoded('br'))?.length ?? Number.NaN),
        )
        const size = sizes.reduce((sum, bytes) => sum + bytes, Buffer.byteLength(html))
        expect(size, `${id} ${locale}`).toBeLessThan(60_000)
      }
    }
  })

  it('never write data without escaping: raw output is for other templates only', () => {
    const views = new URL('../../views/', import.meta.url)
    const templates = readdirSync(views, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.eta'),
    )
    expect(templates.length).toBeGreaterThan(10)
    for (const path of templates) {
      const raw = [...readFileSync(new URL(path, views), 'utf8').matchAll(/<%~\s*([^%]*?)\s*%>/g)].map(
        ([, code]) => code,
      )
      for (const code of raw) {
        const allowed = /^include\('[a-z/-]+'/.test(code ?? '') || (AROUND.has(path) && code === 'it.body')
        expect(allowed, `${path}: ${code}`).toBe(true)
      }
    }
  })
})
