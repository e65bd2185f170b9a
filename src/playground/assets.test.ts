import { expect, it } from 'vitest'
import { createAssets } from '../pages/assets.ts'
import { PLAYGROUND_ASSETS } from './assets.ts'

it('every script of the playground imports files that are served, by the names that hold their hash', () => {
  const assets = createAssets(PLAYGROUND_ASSETS)
  const scripts = PLAYGROUND_ASSETS.filter(({ name }) => name.endsWith('.js'))
  const imported = scripts.flatMap(({ name }) => {
    const text = assets.find(assets.href(name))?.body.toString() ?? ''
    return [...text.matchAll(/^(?:import|\}) [^\n]*?(?:from )?'([^']+)'$/gm)].map(
      ([, address]) => address ?? '',
    )
  })
  expect(imported).toContain(assets.href('playground/oauth4webapi.js'))
  for (const address of imported) expect(assets.find(address), address).toBeDefined()
  for (const { name } of scripts) {
    if (name !== 'playground/playground.js') expect(imported).toContain(assets.href(name))
  }
})

it('a script that imports what is listed after it, or nowhere, stops the boot', () => {
  expect(() => createAssets(PLAYGROUND_ASSETS.toReversed())).toThrow(/No asset playground\//)
})
