/** Pages with an operator's name, picture, colour and templates: what these can change, and what they can't. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { APP, agentOf, authorizationRequest, follow } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { withoutFaults } from './answers.ts'

const folder = mkdtempSync(join(tmpdir(), 'branding-'))
afterAll(() => rmSync(folder, { recursive: true }))
const logo = join(folder, 'logo.svg')
writeFileSync(logo, '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0 0h4v4H0z"/></svg>')
const views = join(folder, 'views')
mkdirSync(join(views, 'interaction'), { recursive: true })
const INLINE = '<script>document.title = "mine"</script><p style="color:red" onclick="alert(1)">Bye</p>'
writeFileSync(join(views, 'interaction/logged-out.eta'), INLINE)

const env = {
  BRAND_NAME: 'Alder {{7*7}}',
  BRAND_LOGO: logo,
  BRAND_COLOR: '#ffb81c',
  BRAND_HELP_URL: 'mailto:help@alder.example',
  VIEWS_DIR: views,
}

withHouse({ storage: 'embedded', env }, (house) => {
  withoutFaults(house)

  it('A-810 A-811 stand on every page, from our own origin, and a picture opened by itself does nothing', async () => {
    const agent = agentOf(house())
    const { page } = await follow(agent, house().issuer, authorizationRequest(APP).url)
    expect(page.text).toContain('<title>Sign in · Alder {{7*7}}</title>')
    expect(page.text).toContain('href="mailto:help@alder.example"')
    const [, picture = ''] = /<img class="logo" src="([^"]+)"/.exec(page.text) ?? []
    const shown = await agent.request(picture)
    expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
    expect(shown.headers.get('x-content-type-options')).toBe('nosniff')
    expect(shown.headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*; sandbox$/)
    const [sheet = ''] = /\/assets\/brand\.[\da-f]+\.css/.exec(page.text) ?? []
    const styles = await agent.request(sheet)
    expect(styles.headers.get('content-type')).toBe('text/css; charset=utf-8')
    expect(styles.headers.get('cache-control')).toContain('immutable')
    expect(styles.text).toContain('--accent:#ffb81c;')
  })

  it('A-811 a template changes what a page shows, and nothing of what it may do', async () => {
    const agent = agentOf(house())
    const theirs = await agent.request('/oauth2/logout/success')
    const ours = await agent.request('/nowhere')
    expect(theirs.text).toContain(INLINE)
    const policy = theirs.headers.get('content-security-policy')
    expect(policy).toBe(ours.headers.get('content-security-policy'))
    expect(policy).not.toContain('unsafe-inline')
    expect(theirs.text).toContain('<bdi class="mono">localhost:3000</bdi>')
  })

  it('that can’t be drawn stop the start, by the file’s name', async () => {
    const broken = join(folder, 'broken')
    mkdirSync(broken)
    writeFileSync(join(broken, 'layout.eta'), '<%= it.there.is.nothing %>')
    const settings = { VIEWS_DIR: broken, PORT: '0', MANAGEMENT_PORT: '0', DATA_DIR: join(folder, 'data') }
    const { code, stderr } = await house().run(['serve'], { env: settings })
    expect([code, stderr]).toEqual([78, expect.stringMatching(/VIEWS_DIR .*layout\.eta can’t be drawn/)])
  })
})
