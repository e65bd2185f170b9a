import type { AssetSource } from '../pages/assets.ts'

/** In order of their imports. The library is the file that its package ships: nothing is bundled. */
const SCRIPTS = [
  'dom',
  'times',
  'exchanges',
  'journey',
  'refused',
  'choices',
  'jwt',
  'spa-client',
  'web-client',
  'sign-in-steps',
  'token-steps',
  'actions',
  'show-exchange',
  'show-token',
  'panels',
  'playground',
]

const FOLDER = new URL('../../views/playground/', import.meta.url)

export const PLAYGROUND_ASSETS: readonly AssetSource[] = [
  { name: 'playground/oauth4webapi.js', file: new URL(import.meta.resolve('oauth4webapi')) },
  ...SCRIPTS.map((name) => ({ name: `playground/${name}.js`, file: new URL(`${name}.js`, FOLDER) })),
  { name: 'playground/playground.css', file: new URL('playground.css', FOLDER) },
  { name: 'playground/mailbox.css', file: new URL('mailbox.css', FOLDER) },
  { name: 'playground/gallery.css', file: new URL('gallery.css', FOLDER) },
]
