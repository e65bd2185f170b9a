import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createAssets, hostedAssets } from './assets.ts'
import { checkReplaced } from './check-replaced.ts'
import { createMails } from './mails.ts'
import { createMessages } from './messages.ts'
import { createPages } from './pages.ts'
import { OUR_VIEWS, openViews, type ViewFiles } from './view-files.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** A folder with these files. */
function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'views-'))
  folders.push(folder)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

const issuer = 'https://id.example.com'
const ours = (name: string) => readFileSync(OUR_VIEWS.pathOf(name), 'utf8')

function pagesOf(views: ViewFiles) {
  const messages = createMessages(views.catalogues)
  return createPages({
    ...{ issuer, messages, views, assets: createAssets(hostedAssets(views)), production: true },
  })
}

/** What opening and drawing such a folder ends with. */
function open(files: Record<string, string>) {
  const views = openViews(folderOf(files))
  const messages = createMessages(views.catalogues)
  const pages = pagesOf(views)
  createMails({ issuer, messages, views, production: true })
  if (views.replaced.length > 0) checkReplaced(pages, pagesOf(OUR_VIEWS), { views, messages, issuer })
  return { views, pages }
}

describe('a folder of views', () => {
  it('takes the place of ours by name, and leaves the rest', () => {
    const { pages } = open({
      'interaction/logged-out.eta': '<h1>Bye from <%= t("logged-out.title") %></h1>',
      'assets/hosted.css': 'main{color:red}',
    })
    expect(pages.render('logged-out', 'en', {})).toContain('<h1>Bye from You’re signed out</h1>')
    expect(pages.render('sign-in', 'en', { csrf: 'x' })).toContain('name="username"')
    const views = openViews(folderOf({ 'assets/hosted.css': 'main{color:red}' }))
    const assets = createAssets(hostedAssets(views))
    expect(assets.find(assets.href('hosted.css'))?.body.toString()).toBe('main{color:red}')
    expect(assets.href('base.css')).toBe(createAssets().href('base.css'))
  })

  it('has words of its own for some keys, and languages that we do not speak', () => {
    const { pages } = open({
      'locales/de.json': '{"sign-in.title":"Willkommen"}',
      'locales/fr.json': '{"sign-in.title":"Connexion"}',
    })
    const german = pages.render('sign-in', 'de', { csrf: 'x' })
    expect(german).toContain('<h1>Willkommen</h1>')
    expect(german).toContain('E-Mail-Adresse')
    const french = pages.render('sign-in', 'fr', { csrf: 'x' })
    expect(french).toContain('<html lang="fr" dir="ltr">')
    expect(french).toContain('<h1>Connexion</h1>')
    expect(french).toContain('Français')
    expect(french).toContain('Email address')
  })

  it('is read as Kubernetes mounts it: through links, past what begins with a dot', () => {
    const folder = folderOf({ '..2026/logged-out.eta': '<p>linked</p>', '.keep': '' })
    mkdirSync(join(folder, 'interaction'))
    symlinkSync(join(folder, '..2026/logged-out.eta'), join(folder, 'interaction/logged-out.eta'))
    expect(pagesOf(openViews(folder)).render('logged-out', 'en', {})).toContain('<p>linked</p>')
  })
})

describe('a folder of views is refused, by the file’s name,', () => {
  it.each([
    [
      'a template that can’t be read as one',
      { 'interaction/logged-out.eta': '<% if ( { %>' },
      /logged-out\.eta is missing or broken/,
    ],
    ['a template that fails', { 'parts/icon.eta': '<% it.a.b.c %>' }, /parts\/icon\.eta can’t be drawn/],
    ['a template of no page', { 'interaction/sign-on.eta': 'x' }, /sign-on\.eta takes the place of nothing/],
    ['a script', { 'assets/forms.js': 'alert(1)' }, /forms\.js takes the place of nothing/],
    ['a page of the playground', { 'playground/page.eta': 'x' }, /page\.eta takes the place of nothing/],
    ['words that are none', { 'locales/de.json': '["a"]' }, /de\.json can’t be used/],
    ['a file that is no JSON', { 'locales/de.json': '{' }, /de\.json can’t be used/],
    ['a key that is not there', { 'locales/de.json': '{"sign-in.titel":"x"}' }, /de\.json.*sign-in\.titel/],
    [
      'a placeholder too few',
      { 'locales/de.json': '{"sign-in.purpose":"weiter"}' },
      /de\.json.*sign-in\.purpose/,
    ],
    [
      'a language that is none',
      { 'locales/deutsch-xx-yy-1.json': '{}' },
      /deutsch-xx-yy-1\.json can’t be used/,
    ],
    [
      'a form without its token',
      { 'interaction/sign-in.eta': '<form method="post"><input name="username"></form>' },
      /sign-in\.eta leaves out the field csrf on the page sign-in/,
    ],
    [
      'a form that leads elsewhere',
      { 'interaction/logout.eta': ours('interaction/logout.eta').replace('it.action', '"/elsewhere"') },
      /logout\.eta leaves out the form to \/oauth2\/logout\/confirm on the page logout/,
    ],
    [
      'a list of ways without those that lead elsewhere',
      { 'parts/ways.eta': ours('parts/ways.eta').replace('(href)', '(false)') },
      /ways\.eta leaves out the link to \/federation\/acme\/sign-in on the page sign-in\.elsewhere/,
    ],
    [
      'a page that hides the host',
      { 'parts/sill.eta': '' },
      /sill\.eta leaves out the host id\.example\.com/,
    ],
  ])('with %s', (_, files, message) => {
    expect(() => open(files as Record<string, string>)).toThrow(message)
  })
})
