import { beforeAll, expect, it } from 'vitest'
import type { Answer } from '../support/agent.ts'
import { PERSON, SET_UP } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { within } from '../support/within.ts'
import { expectPage, withoutFaults } from './answers.ts'
import { expectWrongPassword, tryToSignIn } from './browsers.ts'

const letters = (length: number): string =>
  'whatever the analytical engine weaves '.repeat(30).slice(0, length)
const LONG = `${letters(1023)}y`
/** Passwords whose every byte counts, each with its account. */
const PASSWORDS = {
  'long@example.com': LONG,
  'seventy-three@example.com': `${letters(72)}b`,
  'nul@example.com': 'before\0after it',
  'spaces@example.com': '  between two spaces  ',
  'accent@example.com': 'caf\u00e9 cr\u00e8me',
}

const setUp = {
  ...SET_UP,
  users: [
    ...SET_UP.users,
    ...Object.entries(PASSWORDS).map(([email, password]) => ({
      email,
      email_verified: true,
      // A set-up file holds no control characters: this one is set below.
      ...(!password.includes('\0') && { password }),
    })),
  ],
}

withHouse({ storage: 'postgresql', setUp }, (house) => {
  withoutFaults(house)

  beforeAll(() =>
    within(house(), async ({ accounts, setPassword }) => {
      const account = await accounts.users.findByEmailKey('nul@example.com')
      if (account === undefined) throw new Error('nobody of this name')
      expect(await setPassword(account, PASSWORDS['nul@example.com'], { actor: 'test' })).toEqual({
        ok: true,
      })
    }),
  )

  const answerTo = async (username: string, password: string): Promise<Answer> =>
    (await tryToSignIn(house(), { username, password })).sent

  it.each(Object.entries(PASSWORDS))(
    'A-409 every byte of a password counts: %s',
    async (username, password) => {
      expect((await answerTo(username, password)).status).toBe(303)
      const [beforeNul = ''] = password.split('\0')
      const almost = [password.trim(), password.slice(0, 72), beforeNul, password.toUpperCase()]
      for (const other of almost) {
        if (other !== password) expectWrongPassword(await answerTo(username, other))
      }
    },
  )

  it('A-409 the same letters in another composition are the same password', async () => {
    const password = PASSWORDS['accent@example.com'].normalize('NFD')
    expect((await answerTo('accent@example.com', password)).status).toBe(303)
  })

  it('A-409 what is too long for a password is refused, by the page or before it', async () => {
    expectWrongPassword(await answerTo('long@example.com', `${LONG}z`))
    expectPage(await answerTo('long@example.com', 'x'.repeat(1e6)), 413, 'payload_too_large')
  })

  it('A-409 no password is none', async () => {
    const { status, location } = await answerTo(PERSON.email, '')
    expect([status, location]).toEqual([400, undefined])
  })
})
