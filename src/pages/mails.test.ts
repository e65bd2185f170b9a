import { describe, expect, it } from 'vitest'
import { RISK_RULES } from '../telemetry/metric-labels.ts'
import { CATALOGUES, type Catalogue } from './locales.ts'
import { createMailFrame } from './mail-frame.ts'
import { mailGallery } from './mail-gallery.ts'
import { action, code, facts, type MailView, words } from './mail-parts.ts'
import { createMails } from './mails.ts'
import { createMessages } from './messages.ts'

const en = CATALOGUES['en'] as Catalogue
const use = { issuer: 'https://id.example.com', messages: createMessages(), production: true }
const mails = createMails(use)
const at = Date.UTC(2026, 10, 23, 9, 41, 7)
const reuse = { email: 'mira@example.com', client: { name: 'Ledger' }, at, ended: 'session' } as const

describe('a mail', () => {
  it('says the same as text and as HTML', () => {
    const { subject, text, html } = mails.render('reuse-detected', 'en', reuse)
    expect(subject).toBe('You were signed out to be safe')
    const words = html
      .replace(/<style>[\s\S]*<\/style>/, '')
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
    for (const word of text.split(/[\s.,:]+/).filter((part) => part !== '--')) expect(words).toContain(word)
    expect(text).toContain('Ledger, and every app that you opened with it, ask you to sign in again.')
    expect(text).toContain('Time: 23 Nov 2026, 09:41:07 UTC')
    expect(text).toContain('Sent to mira@example.com, the address of an account at id.example.com.')
  })

  it.each(mailGallery)('$id loads nothing, runs nothing, and fits light and dark', ({ render }) => {
    for (const locale of mails.locales) {
      const { subject, html } = render(mails, locale)
      const alone = html.replace(
        /<a class="button" href="https:\/\/id\.example\.com\/[\w/-]+(?:\?token=A)?"/,
        '',
      )
      expect(alone).not.toMatch(
        /<(?:img|script|link|iframe|a|form|object|svg)\b|url\(|@import|src=|href=|https?:/i,
      )
      expect(html).toContain('<meta name="color-scheme" content="light dark">')
      expect(html).toContain('prefers-color-scheme: dark')
      expect(subject).not.toMatch(/[\p{C}\n]/u)
    }
  })

  it('A-821 shows what strangers chose as text, cut and isolated', () => {
    const name = `"><script>alert(1)</script>\u202e\r\nBcc: x@y.example ${'A'.repeat(500)}`
    const { subject, text, html } = mails.render('reuse-detected', 'en', { ...reuse, client: { name } })
    expect(subject).toBe('You were signed out to be safe')
    expect(html).not.toContain('<script>')
    expect(html).toContain('&lt;script&gt;')
    for (const part of [text, html]) {
      expect(part).not.toContain('\u202e')
      expect(part).not.toMatch(/^Bcc:/m)
      expect(part).not.toContain('A'.repeat(100))
    }
  })

  const noticed = { email: 'a@example.com', at, what: 'sign_in', rules: ['new_device'] } as const

  it('tells of a sign-in what is known, and nothing where nothing is', () => {
    const known = { ...noticed, browser: 'Firefox', system: 'Windows', address: '203.0.113.7', country: 'AU' }
    expect(mails.render('noticed', 'en', known).text).toContain(
      'Browser: Firefox\nSystem: Windows\nAddress: 203.0.113.7\nCountry: Australia',
    )
    expect(mails.render('noticed', 'en', noticed).text).toMatch(/Browser: Unknown\nSystem: Unknown\n\n/)
  })

  it.each(RISK_RULES)('says why it came: %s', (rule) => {
    const { text } = mails.render('noticed', 'en', { ...noticed, rules: [rule] })
    const [, what, because] = text.split('\n\n')
    expect(what).toMatch(/You are told because:$/)
    expect(because).toBe(en[`mail.noticed.because.${rule}`])
  })

  it('leads to one page of our own, and to none where there is no link', () => {
    const { text, html } = mails.render('noticed', 'en', { ...noticed, link: '/not-me?token=A' })
    expect(text).toContain('That wasn’t me:\nhttps://id.example.com/not-me?token=A\n')
    expect(html.match(/href="[^"]*"/g)).toEqual(['href="https://id.example.com/not-me?token=A"'])
    for (const link of [undefined, 'https://elsewhere.example/', '//elsewhere.example'])
      expect(mails.render('noticed', 'en', { ...noticed, link }).html).not.toContain('href=')
  })

  it('has a code that is copied as it stands, and one thing to press', () => {
    const frame = createMailFrame({ messages: use.messages, host: { as: 'host', text: 'id.example.com' } })
    const view: MailView = {
      subject: '042137 is your code',
      parts: [
        words('Type it where you were asked for it.'),
        code('042137'),
        { as: 'action', label: 'Go on', href: 'https://id.example.com/x?a=1&b=2' },
        facts({ label: 'Device', value: [{ as: 'name', text: 'Firefox' }] }, undefined),
      ],
    }
    const { subject, text, html } = frame(view, [[{ as: 'text', text: 'foot' }]], 'en')
    expect(subject).toBe('042137 is your code')
    expect(text).toBe(
      [
        '042137 is your code\n\nType it where you were asked for it.\n\n042137\n',
        'Go on:\nhttps://id.example.com/x?a=1&b=2\n\nDevice: Firefox\n\n-- \nfoot\n',
      ].join('\n'),
    )
    expect(html).toMatch(/<p class="code" dir="ltr"[^>]*>042137<\/p>/)
    expect(html).toMatch(
      /<a class="button" href="https:\/\/id\.example\.com\/x\?a=1&amp;b=2"[^>]*>Go on<\/a>/,
    )
    expect(html).toContain('This button leads to')
  })

  it('leads to our own pages only', () => {
    const own = (href: string | undefined) => (href?.startsWith('/') ? href : undefined)
    const views = { issuer: use.issuer, links: { own } } as unknown as Parameters<typeof action>[2]
    expect(action('Go', '/x', views)).toEqual([
      { as: 'action', label: 'Go', href: 'https://id.example.com/x' },
    ])
    expect(action('Go', 'https://elsewhere.example', views)).toEqual([])
  })

  it('is written in the reader’s language, from its side', () => {
    const { html, text } = mails.render('reuse-detected', 'ar', reuse)
    expect(html).toContain('<html lang="ar" dir="rtl">')
    expect(text).toContain('التطبيق: \u2068Ledger\u2069')
    expect(html).toContain('padding:4px 0 4px 16px;')
  })

  it('is not drawn when it can’t be filled', () => {
    const broken = createMessages({ en: { ...en, 'mail.sent_to': 'to {nobody}' } })
    const drawn = createMails({ ...use, messages: broken })
    expect(() => drawn.render('reuse-detected', 'en', reuse)).toThrow()
  })
})
