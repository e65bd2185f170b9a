/** What `/account/activity` tells a person of their account, and of nobody else’s. */
import { expect, it } from 'vitest'
import { createEvent, type NewEvent, toStored } from '../../src/audit/event.ts'
import { openAccount } from '../support/account.ts'
import { PERSON } from '../support/flows.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { within } from '../support/within.ts'
import { withoutFaults } from './answers.ts'
import { GRACE } from './browsers.ts'
import { SOON } from './probes.ts'

const ACTIVITY = '/account/activity'
const DAY = 24 * 60 * 60 * 1000
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

onBothStorages((house) => {
  withoutFaults(house)

  it('what happened in 90 days, page by page, in words, and nothing of others or of the inside', async () => {
    const said = (html: string) => [...html.matchAll(/<b>([^<]+)<\/b>\s*<small/g)].map(([, words]) => words)
    await within(house(), async ({ accounts, eventInbox }) => {
      const [ada, grace] = await Promise.all(
        [PERSON, GRACE].map(async ({ email }) => (await accounts.users.findByEmailKey(email))?.sub ?? ''),
      )
      const at = Date.now()
      const origin = { ip: '203.0.113.7', userAgent: FIREFOX, requestId: 'inside-request' }
      const tell = (event: NewEvent, ago: number, from: object = origin) =>
        toStored(createEvent(from, event, at - ago))
      const asked = { type: 'password.reset_asked', details: {} } as const
      await eventInbox.takeIn([
        // Some at one moment: the pages part them by more than their time.
        ...Array.from({ length: 40 }, (_, n) => tell({ ...asked, subject: ada }, Math.floor(n / 10) + 5)),
        tell({ ...asked, subject: ada }, 91 * DAY),
        tell({ type: 'token.reuse_ignored', subject: ada, details: { number: 7 } }, 2),
        tell(
          { type: 'session.revoked', subject: ada, session: 'inside-session', reason: 'inside-reason' },
          3,
        ),
        tell({ type: 'password.removed', subject: ada }, 4, { actor: 'command' }),
        tell({ type: 'password.removed', subject: grace }, 1),
      ])
    })
    const { agent } = await openAccount(house(), { path: ACTIVITY })
    await expect
      .poll(async () => said((await agent.request(ACTIVITY)).text).slice(0, 3), SOON)
      .toEqual(['Signed in', 'A session was ended', 'The password was removed'])

    const first = await agent.request(ACTIVITY)
    // The account itself has no name but the service's.
    expect(/<b>Signed in<.b>.*?<.small>/s.exec(first.text)?.[0]).toContain('<bdi>Gatehouse</bdi>')
    expect(said(first.text)).toHaveLength(25)
    for (const words of ['Firefox on Linux', '203.0.113.7', 'by those who run localhost:3000'])
      expect(first.text).toContain(words)
    const [, older = ''] = /rel="next" href="([^"]+)"/.exec(first.text) ?? []
    const second = await agent.request(`${ACTIVITY}${older}`)
    expect(said(second.text)).toEqual([
      ...Array(40 + 3 - 25).fill('A new password was asked for'),
      'The account was made',
    ])
    expect(second.text).not.toContain('rel="next"')
    for (const { text } of [first, second]) expect(text).not.toMatch(/inside-|sub=|reuse/)

    for (const odd of ['?before=', '?before=x', `?before=${'9'.repeat(13)}.x`, '?before=1&before=2'])
      expect(said((await agent.request(`${ACTIVITY}${odd}`)).text)).toEqual(said(first.text))
    const hers = await openAccount(house(), { path: ACTIVITY, person: GRACE })
    expect(said(hers.page.text).filter((words) => words !== 'Signed in')).toEqual([
      'The password was removed',
      'The account was made',
    ])
  })
})
