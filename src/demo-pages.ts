/** What the demo brings with it, put together: loaded where it is allowed, and nowhere else. */
import type { Core } from './core.ts'
import { readDemoFile } from './demo/demo-file.ts'
import { type Face, openMails } from './face.ts'
import { createGalleryRouter } from './playground/gallery.ts'
import { createMailboxRouter } from './playground/mailbox.ts'
import { createPlaygroundRouter } from './playground/playground.ts'

export function createDemoRouters({ config, devMailbox }: Core, { assets, ...face }: Face) {
  return [
    createPlaygroundRouter({ ...config, assets, demo: () => readDemoFile(config.dataDir) }),
    createMailboxRouter({ assets, mailbox: devMailbox, sent: config.mail !== undefined }),
    createGalleryRouter({ ...face, ...face.look, assets, mails: openMails(config, face.look) }),
  ]
}
