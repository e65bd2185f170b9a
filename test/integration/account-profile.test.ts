/** What people say of themselves at `/account/profile`, and who sees it. */
import { expect, it } from 'vitest'
import { openAccount, sendForm } from '../support/account.ts'
import { OWN, signIn } from '../support/flows.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { trailOf } from '../support/trail.ts'

const PROFILE = '/account/profile'

onBothStorages((house) => {
  it('is kept, shown to applications, and recorded without its words; what does not fit changes nothing', async () => {
    const { agent, page } = await openAccount(house(), { path: PROFILE })
    const said = { name: '<b>Ada</b> & Co', given_name: ' Ada ', zoneinfo: 'Asia/Tokyo', locale: 'de' }
    expect((await agent.submit(page, PROFILE, said)).location).toContain('done=profile_saved')
    const again = await agent.request(PROFILE)
    expect(again.text).toContain('value="&lt;b&gt;Ada&lt;/b&gt; &amp; Co"')
    expect(again.text).toMatch(/<option value="de" selected>/)
    // Times are theirs from now on.
    expect((await agent.request('/account/password')).text).toMatch(/\d\d:\d\d GMT\+9/)
    const userinfo = async () => {
      const { tokens } = await signIn(house(), agent, OWN, {})
      const authorization = `Bearer ${tokens.access_token}`
      return (await agent.request('/oauth2/userinfo', { headers: { authorization } })).json()
    }
    const expected = { name: said.name, given_name: 'Ada', zoneinfo: 'Asia/Tokyo', locale: 'de' }
    expect(await userinfo()).toMatchObject(expected)

    const wrong = await agent.submit(again, PROFILE, { name: 'Ada', zoneinfo: 'nowhere' })
    expect([wrong.status, wrong.text.includes('value="nowhere"')]).toEqual([400, true])
    expect(wrong.text).toContain('role="alert"')
    expect((await sendForm(agent, PROFILE, { name: 'Eve' })).status).toBe(403)
    expect(await userinfo()).toMatchObject(expected)

    // The same again is no change; what is emptied is no longer said.
    expect((await agent.submit(again, PROFILE, said)).status).toBe(303)
    expect((await agent.submit(again, PROFILE, { zoneinfo: '', email: 'eve@example.com' })).status).toBe(303)
    const left = await userinfo()
    expect([left['zoneinfo'], left['name'], left['email']]).toEqual([undefined, said.name, 'ada@example.com'])
    const told = (await trailOf(house())).filter(
      ({ event }) => event.type === 'user.updated' && String(event['actor']).startsWith('user:'),
    )
    expect(told.map(({ event }) => event.details)).toEqual([
      { fields: ['name', 'given_name', 'locale', 'zoneinfo'] },
      { fields: ['zoneinfo'] },
    ])
  })
})
