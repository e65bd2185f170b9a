import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createAssets } from './assets.ts'

const STYLES = ['tokens.css', 'base.css', 'hosted.css']

describe('assets', () => {
  const assets = createAssets()
  const read = (name: string) => {
    const asset = assets.find(assets.href(name))
    if (!asset) throw new Error(name)
    return asset
  }

  it('carry their content’s hash in their name', () => {
    expect(assets.href('base.css')).toMatch(/^\/assets\/base\.[\da-f]{16}\.css$/)
    expect(() => assets.href('nothing.css')).toThrow(/nothing/)
  })

  it('are found by exactly that name', () => {
    for (const path of ['/assets/base.css', '/assets/../base.css', '/assets/', '__proto__']) {
      expect(assets.find(path)).toBeUndefined()
    }
  })

  it('are the same file in each encoding', async () => {
    for (const name of [...STYLES, 'forms.js', 'form-post.js', 'mark.svg']) {
      const { body, encoded } = read(name)
      expect(brotliDecompressSync(await encoded('br'))).toEqual(body)
      expect(gunzipSync(await encoded('gzip'))).toEqual(body)
    }
  })

  it('keep the style of a hosted page within 20 kB', () => {
    expect(STYLES.reduce((sum, name) => sum + read(name).body.length, 0)).toBeLessThanOrEqual(20_000)
  })

  it('mirror by themselves: no physical direction in any style', () => {
    for (const name of STYLES) {
      expect(read(name).body.toString()).not.toMatch(
        /(?<![-\w])(left|right)(?![-\w])|(margin|padding|border)-(top|bottom)/,
      )
    }
  })
})
