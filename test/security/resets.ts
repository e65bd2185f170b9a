/** How somebody who forgot a password comes to a new one, as a browser and a mailbox see it. */
import { expect } from 'vitest'
import type { Agent, Answer, Request } from '../support/agent.ts'
import type { MailServer } from '../support/mail-server.ts'
import { SOON } from './probes.ts'

export const GONE = 'This link no longer works'

/** Opens the page and sends it. */
export async function askToReset(agent: Agent, username: string, over: Record<string, string> = {}) {
  const page = await agent.request('/reset')
  return agent.submit(page, '/reset', { username, ...over })
}

/** The links in the mails to an address, oldest first; `path` is where they lead. */
export const linksTo = ({ received }: Pick<MailServer, 'received'>, address: string, path: string) =>
  received
    .filter(({ to }) => [to].flat().some((one) => one?.text === address))
    .flatMap(({ text = '' }) => {
      const [, link] = new RegExp(`http://localhost:3000(${path}\\?token=[\\w-]{43})\\n`).exec(text) ?? []
      return link === undefined ? [] : [link]
    })

/** The link in the newest mail, once there are so many. */
export async function linkTo(mails: MailServer, address: string, path: string, count = 1): Promise<string> {
  await expect.poll(() => linksTo(mails, address, path).length, SOON).toBeGreaterThanOrEqual(count)
  return linksTo(mails, address, path).at(-1) ?? ''
}

/** Opens the link and sends its form. */
export async function useLink(agent: Agent, link: string, fields: Record<string, string>): Promise<Answer> {
  const page = await agent.request(link)
  return page.status === 200 ? agent.submit(page, link, fields) : page
}

/** A form of a page that was never opened. */
export const posted = (agent: Agent, target: string, form: Record<string, string>, over: Request = {}) =>
  agent.request(target, {
    form,
    ...over,
    headers: { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin', ...over.headers },
  })
