import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hiddenFields } from '../support/agent.ts'
import { agentOf, OWN, PERSON, refresh, SET_UP, signIn } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'

/** Beside a running server on embedded storage, where both share one database. */
withHouse({ storage: 'embedded' }, (house) => {
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
      const { code, stderr } = await house().run(['apply', path])
      expect(code).toBe(1)
      expect(stderr).toMatch(/:4:\d+: .*redirect_uris/)
      expect(stderr).toMatch(/:5:\d+: .*redirect_urls/)
      expect(stderr).toMatch(/:7:\d+: .*email/)
      const { stdout } = await house().run(['client', 'list', '--json'])
      expect(stdout).not.toContain('half')
    })

    it('shows the difference of a dry run and leaves the store alone', async () => {
      const path = await file(
        'version: 1\nclients:\n  - { client_id: dry, profile: spa, redirect_uris: [https://dry.example/cb] }\n',
      )
      const { code, stdout } = await house().run(['apply', path, '--dry-run'])
      expect([code, stdout]).toEqual([0, expect.stringContaining('dry')])
      expect((await house().run(['client', 'list', '--json'])).stdout).not.toContain('dry.example')
    })

    it('prunes only what a former run made', async () => {
      const made = await house().run(['client', 'create', 'by-hand', '--profile', 'service'])
      expect(made.code).toBe(0)
      await house().apply({
        ...SET_UP,
        clients: [...SET_UP.clients, { client_id: 'extra', profile: 'service' }],
      })
      const path = await file(JSON.stringify(SET_UP))
      expect((await house().run(['apply', path, '--prune'])).code).toBe(0)
      const { stdout } = await house().run(['client', 'list', '--json'])
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
      const refused = await house().run(['user', 'set-password', 'grace@example.com', 'on the command line'])
      expect(refused.code).toBe(64)
      const set = await house().run(['user', 'set-password', 'grace@example.com'], {
        input: 'from standard input\n',
      })
      expect([set.code, set.stderr]).toEqual([0, expect.not.stringContaining('from standard input')])
    })

    it('disables a person in the running server: refresh and session end within a second', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, OWN)
      expect((await house().run(['user', 'disable', PERSON.email])).code).toBe(0)
      expect((await refresh(agent, OWN, tokens.refresh_token)).status).toBe(400)
      expect((await house().run(['user', 'enable', PERSON.email])).code).toBe(0)
      expect((await refresh(agent, OWN, tokens.refresh_token)).status).toBe(400)
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
