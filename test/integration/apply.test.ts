/** `apply` as an operator meets it, on the stores that it is used with. */
import { describe, expect, it } from 'vitest'
import { onDatabase, SOON } from '../security/probes.ts'
import {
  agentOf,
  authorizationRequest,
  authorize,
  OWN,
  PERSON,
  refresh,
  SET_UP,
  signIn,
} from '../support/flows.ts'
import { onBothStorages, withHouse } from '../support/on-every-storage.ts'
import { apply, startApply as start } from '../support/set-ups.ts'

const SECRETS = {
  APP_SECRET: 'a secret of sixteen and more',
  BOB_PASSWORD: 'the password of bob',
  ACME_SECRET: 'a secret that acme knows',
}
const PRODUCTION = {
  NODE_ENV: 'production',
  ISSUER: 'https://id.example.com',
  PASSWORD_HASH: '',
  TRUST_PROXY: '1',
}
const web = (more: object) => ({ redirect_uris: ['https://shop.example/cb'], ...more })

withHouse({ storage: 'postgresql', nodes: 0 }, (house) => {
  const rows = (statement: string): Promise<unknown> => onDatabase(house(), statement)

  describe('what is carried out', () => {
    it('is all of a file or nothing of it', async () => {
      await rows(`create function refuse() returns trigger language plpgsql as
        $$ begin if new.email = 'refused@example.com' then raise exception 'refused'; end if; return new; end $$;
        create trigger refuse before insert on users for each row execute function refuse()`)
      const { code } = await start(house(), {
        clients: [web({ client_id: 'half', profile: 'spa' })],
        resource_servers: [{ identifier: 'https://half.example', scopes: ['half'] }],
        users: [{ email: 'half@example.com' }, { email: 'refused@example.com' }],
      })
      expect(code).toBe(1)
      expect(
        await rows(`select exists (select from clients where client_id = 'half')
          or exists (select from resource_servers where identifier = 'https://half.example')
          or exists (select from users where email = 'half@example.com') as left_behind`),
      ).toMatchObject([{ left_behind: false }])
    })

    it('stays untouched by a second run: no secret and no password is hashed anew', async () => {
      const document = {
        clients: [web({ client_id: 'shop', client_secret_env: 'APP_SECRET' })],
        users: [{ email: 'bob@example.com', password_env: 'BOB_PASSWORD', given_name: 'Bob' }],
      }
      const stored = () =>
        rows(`select c.secret_hash, c.updated_at, u.updated_at as user_updated_at, k.data from clients c, users u
          join credentials k on k.user_id = u.id where c.client_id = 'shop' and u.email = 'bob@example.com'`)
      expect((await start(house(), document, [], SECRETS)).code).toBe(0)
      const before = await stored()
      const dearer = { ...SECRETS, PASSWORD_HASH: 'm=2048,t=1,p=1' }
      expect(await start(house(), document, [], dearer)).toMatchObject({
        code: 0,
        stdout: 'Nothing to do.\n',
      })
      expect(await stored()).toEqual(before)

      const changed = await start(house(), document, ['--dry-run'], {
        ...SECRETS,
        APP_SECRET: 'quite another secret',
      })
      expect(changed.stdout).toBe(
        '~ client shop\n    secret: changed\n1 change would be made. Nothing was changed.\n',
      )
      expect(await stored()).toEqual(before)
    })

    it('is the same whether one runs it or three at once', async () => {
      const document = {
        clients: [web({ client_id: 'race', profile: 'spa' })],
        users: [{ email: 'race@example.com' }],
      }
      const runs = await Promise.all([1, 2, 3].map(() => apply(house(), document)))
      expect(runs.map(({ code }) => code)).toEqual([0, 0, 0])
      expect(runs.filter(({ stdout }) => stdout.includes('2 changes made.'))).toHaveLength(1)
    })
  })

  describe('a secret', () => {
    it('is made for a new confidential client, printed once, and then kept', async () => {
      const document = { clients: [{ client_id: 'made', profile: 'service' }] }
      const first = await apply(house(), document, ['--json'])
      const told = JSON.parse(first.stdout) as { generated_secrets: Record<string, string> }
      expect(told).toMatchObject({
        dry_run: false,
        changes: [{ action: 'create', kind: 'client', name: 'made' }],
        generated_secrets: { made: expect.stringMatching(/^[\w-]{43}$/) },
      })
      expect(JSON.parse((await apply(house(), document, ['--json'])).stdout)).toEqual({
        dry_run: false,
        changes: [],
        generated_secrets: {},
      })
      const given = { clients: [{ client_id: 'made', profile: 'service', client_secret_env: 'MADE' }] }
      const again = await start(house(), given, [], { MADE: told.generated_secrets['made'] ?? '' })
      expect(again.stdout).toBe('Nothing to do.\n')
    })

    it('moves from sealed to hashed when the client no longer needs it as a key, and fits still', async () => {
      const env = { JWT_SECRET: 'a secret of thirty-two and more!' }
      const client = (method: string, more = {}) => ({
        clients: [web({ client_id: 'keyed', token_endpoint_auth_method: method, ...more })],
      })
      const given = { client_secret_env: 'JWT_SECRET' }
      expect((await start(house(), client('client_secret_jwt', given), [], env)).code).toBe(0)
      expect((await apply(house(), client('client_secret_basic'))).stdout).toContain(
        'token_endpoint_auth_method',
      )
      expect(
        await rows(`select secret_hash is null as hash, secret_sealed is null as sealed from clients
          where client_id = 'keyed'`),
      ).toMatchObject([{ hash: false, sealed: true }])
      expect((await start(house(), client('client_secret_basic', given), [], env)).stdout).toBe(
        'Nothing to do.\n',
      )
      const back = await apply(house(), client('client_secret_jwt'))
      expect(back).toMatchObject({ code: 1, stderr: expect.stringContaining('only a hash is kept') })
    })

    it('stands in no output', async () => {
      const document = {
        clients: [web({ client_id: 'silent', client_secret_env: 'APP_SECRET' })],
        users: [{ email: 'silent@example.com', password_env: 'BOB_PASSWORD' }],
        connectors: [
          {
            slug: 'silent',
            type: 'oidc',
            config: { issuer: 'https://acme.example', client_id: 'house', client_secret_env: 'ACME_SECRET' },
          },
        ],
      }
      for (const flags of [['--dry-run'], ['--json'], []]) {
        const { stdout, stderr } = await start(house(), document, flags, SECRETS)
        for (const secret of Object.values(SECRETS)) expect(stdout + stderr).not.toContain(secret)
      }
    })

    it('in clear is refused in production, where it stands', async () => {
      const document = { users: [{ email: 'clear@example.com', password: 'a password in clear' }] }
      const { code, stderr } = await apply(house(), document, [], PRODUCTION)
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/:4:5: users\[0\]\.password: stands in clear/),
      ])
      expect((await apply(house(), { users: [{ email: 'by-env@example.com' }] }, [], PRODUCTION)).code).toBe(
        0,
      )
    })
  })

  describe('a person', () => {
    it('brings a password as a hash, and keeps what the file does not speak of', async () => {
      // From the test suite of the reference implementation.
      const password_hash =
        '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'
      const full = {
        email: 'Zoe@example.com',
        name: 'Zoe',
        server_roles: ['admin'],
        address: { country: 'FR' },
      }
      expect((await apply(house(), { users: [{ ...full, password_hash }] })).code).toBe(0)
      const named = await apply(house(), { users: [{ email: 'zoe@example.com', locale: 'fr' }] })
      expect(named.stdout).toBe(
        '~ user Zoe@example.com\n    locale: none → "fr"\n    email: "Zoe@example.com" → "zoe@example.com"\n1 change made.\n',
      )
      expect(
        await rows(`select name, profile, server_roles, data->>'phc' as phc from users
          join credentials on user_id = users.id where email = 'zoe@example.com'`),
      ).toMatchObject([
        {
          name: 'Zoe',
          profile: { address: { country: 'FR' }, locale: 'fr' },
          server_roles: ['admin'],
          phc: password_hash,
        },
      ])
    })
  })

  describe('a file that can’t be', () => {
    it.each([
      [
        'a resource server whose introspection client is none',
        { introspection_client: 'nobody' },
        'nobody is no client',
      ],
      [
        'one whose introspection client keeps no secret',
        { introspection_client: 'open' },
        'open has no secret',
      ],
    ])('names %s', async (_, more, message) => {
      const { code, stderr } = await apply(house(), {
        clients: [web({ client_id: 'open', profile: 'spa' })],
        resource_servers: [{ identifier: 'https://api.example', scopes: ['read'], ...more }],
      })
      expect(code).toBe(1)
      expect(stderr).toMatch(
        new RegExp(`:\\d+:5: resource_servers\\[0\\]\\.introspection_client: ${message}`),
      )
      expect(await rows(`select from clients where client_id = 'open'`)).toEqual([])
    })

    it('is a sentence for a path that leads nowhere, 78 for a wrong configuration, 69 for a database that is away', async () => {
      const missing = await house().run(['apply', '/nowhere/set-up.yaml'])
      expect(missing).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('/nowhere/set-up.yaml can’t be read'),
      })
      expect((await start(house(), {}, [], { ISSUER: 'x' })).code).toBe(78)
      expect((await start(house(), {}, [], { DATABASE_URL: 'postgres://127.0.0.1:1/x' })).code).toBe(69)
    })
  })
})

onBothStorages((house) => {
  describe('in the running servers, apply', () => {
    const only = (users: object[]) => ({ ...SET_UP, users })
    const [ada, ...others] = SET_UP.users

    it('ends what a person had when it disables them, and nothing of it comes back with them', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, OWN)
      expect((await apply(house(), only([{ ...ada, disabled: true }, ...others]))).code).toBe(0)
      const last = house().nodes.at(-1)?.url
      expect((await refresh(agent, OWN, tokens.refresh_token, last)).status).toBe(400)
      await expect(authorize(house(), agentOf(house()), authorizationRequest(OWN))).rejects.toThrow()
      expect((await apply(house(), only([{ ...ada, disabled: false }, ...others]))).code).toBe(0)
      expect((await refresh(agent, OWN, tokens.refresh_token, last)).status).toBe(400)
      // A node that nobody could tell remembers for a second.
      const isIn = () =>
        authorize(house(), agentOf(house()), authorizationRequest(OWN), PERSON).then(
          () => true,
          () => false,
        )
      await expect.poll(isIn, SOON).toBe(true)
    })

    it('makes a new client known and a pruned one unknown', async () => {
      const asked = async () => (await agentOf(house()).request('/oauth2/authorize?client_id=passing')).text
      const passing = web({ client_id: 'passing', profile: 'spa' })
      expect(await asked()).toContain('invalid_client')
      expect((await apply(house(), { ...SET_UP, clients: [...SET_UP.clients, passing] })).code).toBe(0)
      await expect.poll(asked, SOON).not.toContain('invalid_client')
      expect((await apply(house(), SET_UP, ['--prune'])).code).toBe(0)
      await expect.poll(asked, SOON).toContain('invalid_client')
    })
  })
})

withHouse({ storage: 'redis', nodes: 0 }, (house) => {
  const away = { REDIS_URL: 'redis://127.0.0.1:1' }

  it('apply changes nobody whose sessions it could not end, and asks nothing of Redis otherwise', async () => {
    const [ada, ...others] = SET_UP.users
    const refused = await start(
      house(),
      { ...SET_UP, users: [{ ...ada, disabled: true }, ...others] },
      [],
      away,
    )
    expect(refused.code).toBe(69)
    expect(await apply(house(), SET_UP, [], away)).toMatchObject({ code: 0, stdout: 'Nothing to do.\n' })
    expect(await apply(house(), { users: [{ email: PERSON.email, name: 'Ada' }] }, [], away)).toMatchObject({
      code: 0,
    })
  })
})
