/** What commands do, and how they end: most of them in this process, one of each kind as the shell starts it. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { SOON } from '../security/probes.ts'
import { hiddenFields } from '../support/agent.ts'
import { APP, agentOf, basic, OWN, PERSON, refresh, SET_UP, signIn } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { commandWithin } from '../support/within.ts'

/** Beside a running server on embedded storage, where both share one database. */
withHouse({ storage: 'embedded' }, (house) => {
  const command = (...args: string[]) => commandWithin(house(), args)
  const file = async (text: string): Promise<string> => {
    const path = join(house().dataDir, `${crypto.randomUUID()}.yaml`)
    await writeFile(path, text)
    return path
  }

  describe('gatehouse apply', () => {
    it('changes nothing the second time, and says so', async () => {
      const path = await file(JSON.stringify(SET_UP))
      const { code, stdout } = await house().run(['apply', path])
      expect([code, stdout]).toEqual([0, expect.stringContaining('Nothing to do')])
    })

    it('A-817 a bad file changes nothing and says line, column and field, all at once', async () => {
      const path = await file(
        'version: 1\nclients:\n  - client_id: half\n    redirect_uris: [javascript:alert(1)]\n    redirect_urls: []\nusers:\n  - email: nobody\n',
      )
      const { code, stderr } = await command('apply', path)
      expect(code).toBe(1)
      expect(stderr).toMatch(/:4:\d+: .*redirect_uris/)
      expect(stderr).toMatch(/:5:\d+: .*redirect_urls/)
      expect(stderr).toMatch(/:7:\d+: .*email/)
      const { stdout } = await command('client', 'list', '--json')
      expect(stdout).not.toContain('half')
    })

    it('shows the difference of a dry run and leaves the store alone', async () => {
      const path = await file(
        'version: 1\nclients:\n  - { client_id: dry, profile: spa, redirect_uris: [https://dry.example/cb] }\n',
      )
      const { code, stdout } = await command('apply', path, '--dry-run')
      expect([code, stdout]).toEqual([0, expect.stringContaining('dry')])
      expect((await command('client', 'list', '--json')).stdout).not.toContain('dry.example')
    })

    it('prunes only what a former run made', async () => {
      await command('client', 'create', 'by-hand', '--profile', 'service')
      const clients = [...SET_UP.clients, { client_id: 'extra', profile: 'service' }]
      await command('apply', await file(JSON.stringify({ ...SET_UP, clients })))
      expect((await command('client', 'list', '--json')).stdout).toContain('extra')
      await command('apply', await file(JSON.stringify(SET_UP)), '--prune')
      const { stdout } = await command('client', 'list', '--json')
      expect(stdout).toContain('by-hand')
      expect(stdout).not.toContain('extra')
    })
  })

  describe('gatehouse user', () => {
    it('A-818 creates a person with a link that sets a password once', async () => {
      const { code, stdout } = await house().run(['user', 'create', 'eve@example.com', '--role', 'admin'])
      expect(code).toBe(0)
      const link = /\/set-password\?token=[\w-]+/.exec(stdout)?.[0] ?? ''
      const agent = agentOf(house())
      const page = await agent.request(link)
      expect(page.text).toContain('eve@example.com')
      expect((await agent.request(link)).status).toBe(200)
      const done = await agent.submit(page, link, { password: 'a gate is not a wall' })
      expect(done.status).toBe(200)
      expect((await agent.submit(page, link, { password: 'a second password' })).status).toBe(400)
      const { tokens } = await signIn(
        house(),
        agent,
        OWN,
        {},
        { email: 'eve@example.com', password: 'a gate is not a wall' },
      )
      expect(tokens.id_token).toBeTruthy()
      expect(hiddenFields(page.text)['csrf']).toBeTruthy()
    })

    it('A-818 takes a password from standard input, never from its arguments', async () => {
      const given = command('user', 'set-password', 'grace@example.com', 'on the command line')
      await expect(given).rejects.toThrow('the password is read from a prompt or from stdin')
      const set = await house().run(['user', 'set-password', 'grace@example.com'], {
        input: 'from standard input\n',
      })
      expect([set.code, set.stderr]).toEqual([0, expect.not.stringContaining('from standard input')])
    })

    it('lists everybody, makes a new link that ends the one before, and deletes only with --yes', async () => {
      const first = await command('user', 'create', 'mira@example.com', '--name', 'Mira', '--email-verified')
      await expect(command('user', 'create', 'Mira@EXAMPLE.com')).rejects.toThrow('exists already')
      const second = await command('user', 'link', 'mira@example.com', '--json')
      const made = JSON.parse(second.stdout) as { link: string; expires_at: string }
      const life = Date.parse(made.expires_at) - Date.now()
      expect(life).toBeGreaterThan(23.9 * 3_600_000)
      expect(life).toBeLessThanOrEqual(24 * 3_600_000)
      const status = async (link: string) => (await agentOf(house()).request(link.trim())).status
      expect([await status(first.stdout), await status(made.link)]).toEqual([400, 200])

      const listed = await command('user', 'list', '--json')
      expect(JSON.parse(listed.stdout)).toContainEqual(
        expect.objectContaining({
          email: 'mira@example.com',
          name: 'Mira',
          email_verified: true,
          disabled: false,
        }),
      )
      expect(listed.stdout).not.toContain('argon2')
      await expect(command('user', 'delete', 'mira@example.com')).rejects.toThrow('--yes')
      await command('user', 'delete', 'mira@example.com', '--yes')
      expect(await status(made.link)).toBe(400)
      await expect(command('user', 'enable', 'mira@example.com')).rejects.toThrow('Nobody has the address')
    })

    it.each([
      ['nothing', '', 'No password came'],
      ['a short one', 'short\n', 'fewer than 8 characters'],
      ['two lines', 'one password\nanother one\n', 'must be one line'],
      ['a file', 'x'.repeat(5000), 'more than a password'],
    ])('refuses %s for a password', async (_, input, words) => {
      const { code, stderr } = await house().run(['user', 'set-password', PERSON.email], { input })
      expect([code, stderr]).toEqual([1, expect.stringContaining(words)])
    })

    it('disables a person in the running server: refresh and session end within a second', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, OWN)
      await command('user', 'disable', PERSON.email)
      expect((await refresh(agent, OWN, tokens.refresh_token)).status).toBe(400)
      await command('user', 'enable', PERSON.email)
      expect((await refresh(agent, OWN, tokens.refresh_token)).status).toBe(400)
    })
  })

  describe('gatehouse client', () => {
    const clients = async () => JSON.parse((await command('client', 'list', '--json')).stdout) as object[]

    it('creates one whose secret is printed once and works, and none over another', async () => {
      const made = await house().run(['client', 'create', 'reports', '--profile', 'service', '--json'])
      const { client_secret } = JSON.parse(made.stdout) as { client_secret: string }
      const answer = await agentOf(house()).request('/oauth2/token', {
        form: { grant_type: 'client_credentials' },
        headers: { accept: 'application/json', ...basic({ clientId: 'reports', secret: client_secret }) },
      })
      expect(answer.status).toBe(200)
      await expect(command('client', 'create', 'reports', '--profile', 'service')).rejects.toThrow(
        'There is a client reports already.',
      )
      expect(JSON.stringify(await clients())).not.toContain(client_secret)
      expect(await clients()).toContainEqual(
        expect.objectContaining({ client_id: 'reports', has_secret: true, managed_by: null }),
      )
    })

    it('A-107 refuses what can’t be registered, in words', async () => {
      for (const uri of [
        'javascript:alert(1)',
        'https://*.portal.example/cb',
        'https://portal.example/cb#x',
      ]) {
        const creating = command('client', 'create', '--profile', 'web', '--redirect-uri', uri)
        await expect(creating).rejects.toThrow('redirect_uris[0]: ')
      }
      await expect(command('client', 'create', '--profile', 'nope')).rejects.toThrow(/^error: /)
    })

    it('ends a client’s tokens when it disables it, and what people allowed it when it deletes it', async () => {
      const agent = agentOf(house())
      // A node may know for a second more that everything of a person was ended.
      const { tokens } = await vi.waitFor(() => signIn(house(), agent, APP), SOON)
      const step = (name: string) => command('client', name, APP.clientId)
      const error = async () => (await refresh(agent, APP, tokens.refresh_token)).json()['error']
      await step('disable')
      expect(['invalid_client', 'invalid_grant']).toContain(await error())
      await expect.poll(error, SOON).toBe('invalid_client')
      await step('enable')
      await expect.poll(error, SOON).toBe('invalid_grant')
      await step('delete')
      await expect(step('delete')).rejects.toThrow('There is no client')
      expect(await clients()).not.toContainEqual(expect.objectContaining({ client_id: APP.clientId }))
    })
  })

  it('exits 64 for what it does not know, and 0 for help', async () => {
    expect((await house().run(['no-such-command'])).code).toBe(64)
    expect((await house().run(['--help'])).code).toBe(0)
  })

  it('doctor names what it looked at, a line each, and finds nothing wrong', async () => {
    const { code, stdout } = await house().run(['doctor', '--json'])
    expect([code, stdout]).toEqual([0, expect.stringContaining('database')])
  })

  it('a second server on the same folder refuses with a sentence', async () => {
    const { code, stderr, stdout } = await house().run(['serve'], {
      env: { PORT: '0', MANAGEMENT_PORT: '0' },
    })
    expect(code).toBe(1)
    expect(stderr + stdout).toContain('is in use by the server')
  })
})
