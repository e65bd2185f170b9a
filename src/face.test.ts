import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { type Config, parseConfig } from './config/config.ts'
import { ConfigurationRefused } from './core.ts'
import { openLook, openPages } from './face.ts'

const folder = mkdtempSync(join(tmpdir(), 'face-'))
afterAll(() => rmSync(folder, { recursive: true }))

function configOf(env: Record<string, string>): Config {
  const result = parseConfig(env, () => '')
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.config
}

/** The problems that opening all of it ends with. */
function refusal(env: Record<string, string>): unknown {
  const config = configOf(env)
  try {
    openPages(config, openLook(config))
  } catch (error) {
    if (!(error instanceof ConfigurationRefused)) throw error
    return error.problems
  }
  return undefined
}

it('opens with what is set, and with nothing set', () => {
  expect(refusal({})).toBeUndefined()
  expect(refusal({ BRAND_NAME: 'Alder', BRAND_COLOR: '#7A1F3D', VIEWS_DIR: folder })).toBeUndefined()
})

it('says which file of the operator’s can’t be used, as a fault of the configuration', () => {
  expect(refusal({ BRAND_LOGO: join(folder, 'none.svg') })).toEqual([
    {
      variable: 'BRAND_LOGO',
      message: expect.stringMatching(/^can’t be used: .*none\.svg/),
      example: '/etc/gatehouse/logo.svg',
    },
  ])
  writeFileSync(join(folder, 'layout.eta'), '<% nothing.there %>')
  expect(refusal({ VIEWS_DIR: folder })).toEqual([
    expect.objectContaining({
      variable: 'VIEWS_DIR',
      message: expect.stringMatching(/layout\.eta can’t be drawn: .*nothing is not defined/s),
    }),
  ])
})
