/** Codes that are sent, as a browser and a mailbox see them. */
import { expect } from 'vitest'
import type { Agent } from '../support/agent.ts'
import { follow, OWN } from '../support/flows.ts'
import type { House } from '../support/house.ts'
import type { MailServer } from '../support/mail-server.ts'
import { atPage } from './browsers.ts'
import { SOON } from './probes.ts'

/** At the page of the password, before anything is proven. */
export async function named(house: House, agent: Agent, username: string, over: Record<string, string> = {}) {
  const opened = await atPage(house, agent, OWN, over)
  const sent = await agent.submit(opened.page, opened.at, { username })
  return { agent, request: opened.request, ...(await follow(agent, house.issuer, sent.location ?? '')) }
}

/** Has a code sent, at the page where there is another way; the answer, and the page that it leads to. */
export async function askForCode(
  house: House,
  { agent, at, page, ...rest }: Awaited<ReturnType<typeof named>>,
  method = 'email-code',
) {
  const sent = await agent.submit(page, at, { method })
  const next =
    sent.location === undefined ? { at, page: sent } : await follow(agent, house.issuer, sent.location)
  return { agent, ...rest, sent, ...next }
}

/** In the mails to an address, oldest first. */
export const codesTo = ({ received }: Pick<MailServer, 'received'>, address: string): string[] =>
  received
    .filter(({ to }) => [to].flat().some((one) => one?.text === address))
    .flatMap(({ subject = '' }) => /^\d{6}(?= )/.exec(subject) ?? [])

/** The newest, once there are so many. */
export async function codeTo(mails: MailServer, address: string, count = 1): Promise<string> {
  await expect.poll(() => codesTo(mails, address).length, SOON).toBeGreaterThanOrEqual(count)
  return codesTo(mails, address).at(-1) ?? ''
}

export const wrong = (code: string): string => code.replace(/\d$/, (last) => String((Number(last) + 1) % 10))
