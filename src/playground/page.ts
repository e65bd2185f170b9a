import type { Assets } from '../pages/assets.ts'
import { createTemplates } from '../pages/templates.ts'
import type { Demo } from './demo.ts'
import { resourceOf } from './notes.ts'
import { STEPS } from './steps.ts'

export interface PlaygroundPageUse {
  issuer: string
  assets: Assets
  /** `REFRESH_REUSE_GRACE` in ms: what the page tells people to expect of a repeat. */
  refreshReuseGrace: number
}

/** What came back by `response_mode=form_post`, as a query string: it never stands in an address. */
export type DrawPlayground = (demo: Demo | undefined, posted?: string) => string

export const CALLBACK = '/playground/callback'

/** Drawn once at boot, so that a broken template stops the start. */
export function createPlaygroundPage({
  issuer,
  assets,
  refreshReuseGrace,
}: PlaygroundPageUse): DrawPlayground {
  const draw = createTemplates(['playground/page', 'playground/request', 'playground/step', 'parts/icon'])
  const fixed = {
    asset: assets.href,
    issuer,
    host: new URL(issuer).host,
    resource: resourceOf(issuer),
    refreshReuseGrace,
    steps: STEPS,
  }
  const page: DrawPlayground = (demo, posted) => draw('playground/page', { ...fixed, demo, posted })
  page({ clients: [], user: { email: 'demo@example.com', password: '' } }, '')
  page(undefined)
  return page
}
