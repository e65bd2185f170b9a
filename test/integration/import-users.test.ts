/** People who come from another system: once each, with their passwords, and with nothing of them left lying about. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { passwordHashOf } from '../../src/accounts/person.ts'
import { atPage, codeAfter, expectWrongPassword, tryToSignIn } from '../security/browsers.ts'
import { agentOf, follow, OWN, SET_UP } from '../support/flows.ts'
import { freshFolder } from '../support/folders.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { totpCode } from '../support/second-factors.ts'
import { trailOf } from '../support/trail.ts'
import { commandWithin, setPasswordLink, within } from '../support/within.ts'

/** Python, crypt.crypt('Fünf Türme, 1843', …) and the like. */
const OLD = 'Fünf Türme, 1843'
const BCRYPT = '$2b$05$abcdefghijklmnopqrstuulPVXLHsrL2Kce1FaK9X8b3D/Eb5d9M.'
/** Of 72 times x, and more that it does not see. */
const BCRYPT_OF_72 = '$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i'
const SSHA_DIGEST = 'Q0OERT2Nq+iJCL74fsLgYMPhhAFzYWx0'

onBothStorages(
  (house) => {
    const folder = freshFolder()
    const file = async (...records: (object | string)[]): Promise<string> => {
      const path = join(folder, `${crypto.randomUUID()}.ndjson`)
      await writeFile(
        path,
        records.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n'),
      )
      return path
    }
    const run = async (path: string, ...flags: string[]) => {
      const done = await commandWithin(house(), [
        'import',
        'users',
        path,
        '--from',
        'ndjson',
        '--json',
        ...flags,
      ])
      return { ...done, counts: JSON.parse(done.stdout) as Record<string, unknown> }
    }
    const person = (name: string, more: object = {}) => ({ id: name, email: `${name}@example.com`, ...more })
    const stored = (email: string) =>
      within(house(), async ({ accounts }) => {
        const person = await accounts.users.findPersonByEmailKey(email)
        return person && { ...person.account, passwordHash: passwordHashOf(person) }
      })
    const signIn = async (username: string, password: string) =>
      (await tryToSignIn(house(), { username, password })).sent

    describe('gatehouse import users', () => {
      it('A-412 brings a password that lets its person in, once as it was, and as argon2id from then on', async () => {
        const path = await file(person('ada', { email_verified: true, name: 'Ada', password_hash: BCRYPT }))
        expect(await run(path)).toMatchObject({ code: 0, stderr: '', counts: { created: 1, rejected: 0 } })
        expect(await stored('ada@example.com')).toMatchObject({ name: 'Ada', passwordHash: BCRYPT })
        expectWrongPassword(await signIn('ada@example.com', `${OLD}!`))
        expect((await signIn('ada@example.com', OLD)).status).toBe(303)
        expect((await stored('ada@example.com'))?.passwordHash).toMatch(/^\$argon2id\$/)
        expect((await signIn('ada@example.com', OLD)).status).toBe(303)
      })

      it('A-412 of bcrypt the first 72 bytes open once; from then on every byte counts', async () => {
        await run(await file(person('long', { password_hash: BCRYPT_OF_72 })))
        const [mine, other] = [`${'x'.repeat(72)}whatever`, `${'x'.repeat(72)}, another end`]
        expect((await signIn('long@example.com', mine)).status).toBe(303)
        expectWrongPassword(await signIn('long@example.com', other))
        expect((await signIn('long@example.com', mine)).status).toBe(303)
      })

      it('A-412 refuses a row whose hash is too dear, or of no known kind, and tells the line', async () => {
        const path = await file(
          person('dear', { password_hash: BCRYPT.replace('$05$', '$31$') }),
          person('four-gib', {
            password_hash:
              '$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
          }),
          person('clear', { password_hash: 'a password in clear' }),
          'no record at all',
          person('fine'),
        )
        const { code, stderr, counts } = await run(path)
        expect([code, counts]).toEqual([1, expect.objectContaining({ read: 5, created: 1, rejected: 4 })])
        const says = (line: number, words: string) => expect(stderr).toContain(`${path}:${line}: ${words}`)
        says(1, '"dear": its password hash asks for more work than a sign-in can bear')
        says(2, '"four-gib": its password hash asks')
        says(3, '"clear": its password hash is of no kind that is known here')
        says(4, 'it is no record of a person')
        expect(stderr).not.toContain('a password in clear')
        expect(await stored('dear@example.com')).toBeUndefined()
        expect(await stored('fine@example.com')).toMatchObject({ passwordHash: undefined })
      })

      it('V6.2 leaves no hash in the store that is quickly guessed', async () => {
        await run(await file(person('weak', { password_hash: `{SSHA}${SSHA_DIGEST}` })))
        const { passwordHash = '' } = (await stored('weak@example.com')) ?? {}
        expect(passwordHash).toMatch(/^\$over\$[\w-]+\$argon2id\$/)
        const settings = Buffer.from(passwordHash.split('$')[2] ?? '', 'base64url').toString()
        expect(settings).not.toContain(SSHA_DIGEST.slice(0, 20))
        expect((await signIn('weak@example.com', OLD)).status).toBe(303)
        expect((await stored('weak@example.com'))?.passwordHash).toMatch(/^\$argon2id\$/)
      })

      it('makes nobody twice, and nothing undone that people did since', async () => {
        const records = [person('grace', { name: 'Grace', password_hash: BCRYPT }), person('mary')]
        const path = await file(...records)
        expect((await run(path)).counts).toMatchObject({ created: 2, unchanged: 0 })
        const agent = agentOf(house())
        const link = await setPasswordLink(house(), 'grace@example.com')
        const sent = await agent.submit(await agent.request(link), link, { password: 'nanosecond wire 1906' })
        expect(sent.status).toBe(200)
        const again = await file({ ...records[0], name: 'Another Name' }, person('mary'), person('eve'))
        expect((await run(again)).counts).toMatchObject({ created: 1, unchanged: 2, rejected: 0 })
        expect(await stored('grace@example.com')).toMatchObject({ name: 'Grace' })
        expectWrongPassword(await signIn('grace@example.com', OLD))
        expect((await signIn('grace@example.com', 'nanosecond wire 1906')).status).toBe(303)
      })

      it('brings who somebody is elsewhere, where it is said which connector that is, and to one account alone', async () => {
        const acme = {
          slug: 'acme',
          type: 'oidc',
          config: { issuer: 'https://acme.example', client_id: 'x' },
        }
        await house().apply({ version: 1, connectors: [acme] })
        const at = (subject: string) => ({ identities: [{ connector: 'google', subject }] })
        const path = await file(person('there', at('1')), person('too', at('1')), person('alone', at('2')))
        await expect(run(path, '--connector', 'google=nowhere')).rejects.toThrow(
          'there is no connector nowhere',
        )
        expect((await run(path, '--connector', 'google=acme')).counts).toMatchObject({
          created: 3,
          rejected: 0,
        })
        const connected = (name: string) =>
          within(house(), async ({ accounts }) => {
            const found = await accounts.users.findPersonByEmailKey(`${name}@example.com`)
            return found?.credentials.map(({ method, data }) => [method, data['issuer'], data['subject']])
          })
        expect(await connected('there')).toEqual([['identity', 'https://acme.example', '1']])
        expect(await connected('too')).toEqual([])
        expect(await connected('alone')).toEqual([['identity', 'https://acme.example', '2']])
        const linked = (await trailOf(house())).filter(({ event }) => event.type === 'identity.linked')
        expect(linked.map(({ event }) => event.details)).toEqual([
          { connector: 'acme' },
          { connector: 'acme' },
        ])
        // Where nobody says which, nothing is believed.
        await run(await file(person('unsaid', at('3'))))
        expect(await connected('unsaid')).toEqual([])
      })

      it('brings an authenticator app, which is asked for from then on, and whose secret nobody can read', async () => {
        const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
        await run(await file(person('apps', { password_hash: BCRYPT, totp_secret: secret })))
        const agent = agentOf(house())
        const opened = await atPage(house(), agent, OWN)
        const sent = await agent.submit(opened.page, opened.at, {
          username: 'apps@example.com',
          password: OLD,
        })
        const { page, at } = await follow(agent, house().issuer, sent.location ?? '')
        expect(page.text).toContain('name="code"')
        expect((await agent.submit(page, at, { code: '000000' })).status).toBe(400)
        const done = await agent.submit(page, at, { code: totpCode(secret) })
        expect(await codeAfter(house(), agent, done)).toBeTruthy()
        const kept = await within(house(), async ({ accounts }) =>
          JSON.stringify((await accounts.users.findPersonByEmailKey('apps@example.com'))?.credentials),
        )
        expect(kept).toContain('"totp"')
        expect(kept).not.toContain(secret)
        expect(kept).not.toContain(Buffer.from(secret).toString('base64'))
      })

      it('rejects who has an address that is somebody else’s, however it is spelled', async () => {
        const path = await file(
          { id: 'x1', email: 'ALAN@example.com' },
          { id: 'x2', email: 'alan@EXAMPLE.com.' },
          { id: 'x1', email: 'third@example.com' },
        )
        const { code, stderr, counts } = await run(path, '--source', 'other')
        expect([code, counts]).toEqual([
          1,
          expect.objectContaining({ created: 1, unchanged: 1, rejected: 1 }),
        ])
        expect(stderr).toContain(`${path}:2: "x2": somebody else has the address alan@example.com here`)
        // The same ids in another system are other people.
        expect((await run(path, '--source', 'yet-another')).counts).toMatchObject({ created: 1, rejected: 2 })
      })

      it('brings a password that an earlier file lacked, but none that was there and was taken away', async () => {
        const bare = await file(person('late'), person('robbed', { password_hash: BCRYPT }), person('busy'))
        await run(bare)
        await within(house(), async ({ accounts }) => {
          const robbed = await accounts.users.findByEmailKey('robbed@example.com')
          await accounts.credentials.removePassword(robbed?.id ?? '')
          const busy = await accounts.users.findByEmailKey('busy@example.com')
          await accounts.credentials.setPassword(busy?.id ?? '', '$argon2id$taken', 0)
        })
        const hashes = await file(
          ...['late', 'robbed', 'busy'].map((name) => person(name, { password_hash: BCRYPT })),
        )
        expect((await run(hashes)).counts).toMatchObject({ completed: 1, unchanged: 2, created: 0 })
        expect((await signIn('late@example.com', OLD)).status).toBe(303)
        expectWrongPassword(await signIn('robbed@example.com', OLD))
        expect((await run(hashes)).counts).toMatchObject({ completed: 0, unchanged: 3 })
      })

      it('with --dry-run says the same, and changes nothing', async () => {
        const path = await file(person('dry', { password_hash: BCRYPT }), person('nowhere', { email: 'no' }))
        const dry = await run(path, '--dry-run')
        expect(dry).toMatchObject({ code: 1, counts: { dry_run: true, created: 1, rejected: 1 } })
        expect(await stored('dry@example.com')).toBeUndefined()
        const real = await run(path)
        expect([real.code, real.stderr]).toEqual([dry.code, dry.stderr])
      })

      it('keeps what came before a file breaks off, and goes on there the next time', async () => {
        const many = Array.from({ length: 450 }, (_, n) => person(`many-${n}`))
        const broken = await file(...many.slice(0, 430), '{"id":"many-430","email":')
        const first = await run(broken)
        expect(first).toMatchObject({ code: 1, counts: { created: 430 } })
        expect(first.stderr).toContain('it ends in the middle of a record, at line 431')
        expect((await run(await file(...many))).counts).toMatchObject({ created: 20, unchanged: 430 })
      })

      it('tells of each of them in the audit trail, who is disabled included', async () => {
        await run(await file(person('gone', { disabled: true, password_hash: BCRYPT })))
        const { stdout } = await commandWithin(house(), [
          'audit',
          'find',
          '--user',
          'gone@example.com',
          '--json',
        ])
        const events = stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as { event: { type: string; actor: string } })
        expect(events.map(({ event }) => [event.type, event.actor]).toSorted()).toEqual([
          ['user.created', 'command'],
          ['user.disabled', 'command'],
        ])
        expectWrongPassword(await signIn('gone@example.com', OLD))
      })
    })
  },
  { setUp: { ...SET_UP, users: [] } },
)
