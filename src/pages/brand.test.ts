import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createAssets, hostedAssets } from './assets.ts'
import { type BrandSettings, createBrand, OWN_BRAND } from './brand.ts'
import { gallery } from './gallery.ts'
import { createMails } from './mails.ts'
import { createMessages } from './messages.ts'
import { createPages } from './pages.ts'

const folder = mkdtempSync(join(tmpdir(), 'brand-'))
afterAll(() => rmSync(folder, { recursive: true }))

const fileOf = (name: string, content: string | Buffer): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0 0h4v4H0z"/></svg>'
const PNG = Buffer.from('89504e470d0a1a0a0000000d', 'hex')

const issuer = 'https://id.example.com'
const messages = createMessages()

function drawn(settings: Partial<BrandSettings>) {
  const brand = createBrand({ ...OWN_BRAND, ...settings })
  const assets = createAssets([...hostedAssets(), ...brand.assets])
  const pages = createPages({ issuer, assets, messages, production: true, brand })
  const signIn = pages.render('sign-in', 'en', { csrf: 'x' })
  return { brand, assets, pages, signIn, mails: createMails({ issuer, messages, production: true, brand }) }
}

describe('a brand', () => {
  it('is our own where nothing is set, and brings nothing along', () => {
    const { brand, signIn } = drawn({})
    expect(brand.assets).toEqual([])
    expect(signIn).toContain('<title>Sign in · Gatehouse</title>')
    expect(signIn.match(/Gatehouse/g)).toHaveLength(2)
    expect(signIn).not.toContain('brand.')
  })

  it('has its name at the head, in titles and in mails, and says what it is made with unless told not to', () => {
    const { signIn, mails } = drawn({ name: 'Alder & Finch' })
    expect(signIn).toContain('<title>Sign in · Alder &amp; Finch</title>')
    expect(signIn).toMatch(
      /<span class="square" aria-hidden="true">A<\/span>\s*<bdi>Alder &amp; Finch<\/bdi>/,
    )
    expect(signIn).toMatch(/<span class="made">[\s\S]*Gatehouse<\/span>/)
    expect(drawn({ name: 'Alder', gatehouse: false }).signIn).not.toContain('Gatehouse')
    const model = { email: 'a@example.com', at: 0, what: 'sign_in', rules: ['new_device'] } as const
    const { html } = mails.render('noticed', 'en', model)
    expect(html).toContain('<bdi>Alder &amp; Finch</bdi>')
    expect(html).not.toContain('Gatehouse')
  })

  it('never takes the host’s name from a page', () => {
    const { pages } = drawn({ name: 'Alder', gatehouse: false, doorway: false, color: '#ffffff' })
    for (const state of gallery)
      expect(state.render(pages, 'en')).toContain('<bdi class="mono">id.example.com</bdi>')
  })

  it('links to what it was given, in the reader’s words', () => {
    const links = { privacy: 'https://alder.example/privacy?a=1&b=2', help: 'mailto:help@alder.example' }
    const { pages } = drawn({ links })
    const german = pages.render('sign-in', 'de', { csrf: 'x' })
    expect(german).toContain('<a href="https://alder.example/privacy?a=1&amp;b=2">Datenschutz</a>')
    expect(german).toContain('<a href="mailto:help@alder.example">Hilfe</a>')
    expect(german).not.toContain('Nutzungsbedingungen')
  })

  it('A-810 shows a name that looks like a template as it is', () => {
    for (const name of ['<%= process.env %>', '{{7*7}}', '#{7*7}', '{minutes}']) {
      const escaped = name.replace('<', '&lt;').replace('>', '&gt;')
      expect(drawn({ name }).signIn).toContain(`<bdi>${escaped}</bdi>`)
    }
  })

  it('has a style sheet of its own for a colour, and for the doorway', () => {
    const { brand, assets, signIn } = drawn({ color: '#ffb81c', doorway: false })
    const sheet = assets.find(assets.href('brand.css'))?.body.toString() ?? ''
    expect(sheet).toContain(':root{--accent:#ffb81c;')
    expect(sheet).toContain('--on-accent:#000000;')
    expect(sheet).toContain('@media screen and (prefers-color-scheme: dark){:root{--accent:#ffb81c;')
    expect(sheet).toContain('main:not(.broad)::before{display:none}')
    expect(signIn).toMatch(
      /hosted\.[^>]*>\s*<link rel="stylesheet" href="\/assets\/brand\.[\da-f]{16}\.css">/,
    )
    expect(brand.colors?.light['accent-edge']).not.toBe('#ffb81c')
    expect(createBrand({ ...OWN_BRAND, doorway: false }).assets).toHaveLength(1)
  })

  it('draws the buttons of mails in its colour, in light and in dark', () => {
    const { mails, brand } = drawn({ color: '#7a1f3d' })
    const at = 0
    const model = { email: 'a@example.com', at, what: 'sign_in', rules: [], link: '/not-me?token=A' } as const
    const { html } = mails.render('noticed', 'en', model)
    expect(html).toContain('background:#7a1f3d;color:#ffffff;')
    expect(html).toContain(
      `.button { background: #7a1f3d !important; border-color: ${brand.colors?.dark['accent-edge']}`,
    )
    expect(html).not.toContain('#07576e')
  })
})

describe('the picture of a brand', () => {
  it('stands at the head, and alone where it has the name in it', () => {
    const logo = fileOf('logo', SVG)
    const { signIn, assets } = drawn({ name: 'Alder', logo })
    const src = assets.href('logo.svg')
    expect(signIn).toContain(`<img class="logo" src="${src}" alt="">`)
    expect(signIn).toContain('<bdi>Alder</bdi>')
    expect(signIn).toContain(`<link rel="icon" href="${src}" type="image/svg+xml">`)
    const alone = drawn({ name: 'Alder', logo, logoAlone: true }).signIn
    expect(alone).toContain(`<img class="logo" src="${src}" alt="Alder">`)
    expect(alone).not.toContain('<bdi>Alder</bdi>')
  })

  it.each([
    ['PNG', PNG, 'logo.png'],
    ['JPEG', Buffer.from('ffd8ffe0', 'hex'), 'logo.jpg'],
    ['WebP', Buffer.from('RIFF\0\0\0\0WEBPVP8 '), 'logo.webp'],
    ['SVG with a comment', `<?xml version="1.0"?>\n<!-- made by hand -->\n${SVG}`, 'logo.svg'],
    ['SVG with parts of its own', SVG.replace('<path', '<use href="#a"/><path fill="url(#b)"'), 'logo.svg'],
  ])('is told by what it holds: %s', (_, content, name) => {
    expect(createBrand({ ...OWN_BRAND, logo: fileOf('any', content) }).logo?.asset).toBe(name)
  })

  it.each([
    ['a script', SVG.replace('<path', '<script>alert(1)</script><path')],
    ['a script with a prefix', SVG.replace('<path', '<svg:script>alert(1)</svg:script><path')],
    ['a handler', SVG.replace('<path', '<path onload="alert(1)"')],
    ['a script’s address', SVG.replace('<path', '<a href="javascript:alert(1)"><path')],
    ['a page', SVG.replace('<path', '<foreignObject><body/></foreignObject><path')],
    [
      'an address elsewhere',
      SVG.replace('<path', '<image xlink:href="https://tracker.example/x.png"/><path'),
    ],
    ['an address without quotes', SVG.replace('<path', '<image href=//tracker.example/x.png /><path')],
    ['a style from elsewhere', SVG.replace('<path', '<style>@import "https://x.example/a.css"</style><path')],
    ['a fill from elsewhere', SVG.replace('<path', '<path fill="url(https://x.example/#a)"')],
    ['an entity', `<!DOCTYPE svg [<!ENTITY a "b">]>${SVG}`],
    ['a page that ends in a drawing', `<html><script>alert(1)</script>${SVG}`],
    ['more than 32 kB', Buffer.concat([PNG, Buffer.alloc(33 * 1024)])],
    ['nothing', ''],
    ['a text', 'logo'],
  ])('A-811 is refused with %s', (_, content) => {
    expect(() => createBrand({ ...OWN_BRAND, logo: fileOf('odd', content) })).toThrow(/^it /)
  })
})
