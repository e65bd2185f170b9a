/** The accounts' repositories and use cases on a real PostgreSQL. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type OpenDatabase, openDatabase } from '../../adapters/database.ts'
import type { Account } from '../../src/accounts/account.ts'
import { type AccountsRepository, createAccountsRepository } from '../../src/accounts/accounts-repository.ts'
import { createUser as createUserBy, type UserToCreate } from '../../src/accounts/create-user.ts'
import { deleteUser as deleteUserBy } from '../../src/accounts/delete-user.ts'
import { disableUser as disableUserBy } from '../../src/accounts/disable-user.ts'
import { makeLink as makeLinkBy } from '../../src/accounts/make-link.ts'
import { openLink } from '../../src/accounts/open-link.ts'
import type { RefusePassword } from '../../src/accounts/password-policy.ts'
import { refuseShape } from '../../src/accounts/password-shape.ts'
import { passwordHashOf } from '../../src/accounts/person.ts'
import { redeemLink as redeemLinkBy } from '../../src/accounts/redeem-link.ts'
import { setPassword as setPasswordBy } from '../../src/accounts/set-password.ts'
import type { Origin } from '../../src/audit/event.ts'
import { createKeyedHash } from '../../src/security/keyed-hash.ts'
import {
  createPasswordHasher,
  type PasswordHasher,
  type PasswordHasherOptions,
} from '../../src/security/password-hash.ts'
import { endAccount } from '../../src/sessions/ends-repository.ts'
import { type FreshDatabase, freshDatabase } from '../support/databases.ts'
import { type SignInsOver, signInsOver } from '../support/sign-ins.ts'

const PASSWORD = 'correct horse battery staple'
const DAY = 24 * 60 * 60 * 1000
const CHEAP: PasswordHasherOptions = {
  memoryKiB: 64,
  passes: 1,
  parallelism: 1,
  maxWaiting: 1000,
  maxWaitMs: 60_000,
}

/** What the policy says at a glance is enough here. */
const refusePassword: RefusePassword = async (password, owner) => refuseShape(password, owner, 8)

const HOSTILE = '$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'

/** Use cases whose caller is of no interest here. */
const bySomebody =
  <Use, Args extends unknown[], Outcome>(
    useCase: (use: Use) => (...args: [...Args, Origin]) => Promise<Outcome>,
  ) =>
  (use: Use) =>
  (...args: Args): Promise<Outcome> =>
    useCase(use)(...args, { actor: 'test' })

const createUser = bySomebody(createUserBy)
const deleteUser = bySomebody(deleteUserBy)
const disableUser = bySomebody(disableUserBy)
const makeLink = bySomebody(makeLinkBy)
const redeemLink = bySomebody(redeemLinkBy)
const setPassword = bySomebody(setPasswordBy)

let fresh: FreshDatabase
let database: OpenDatabase
let accounts: AccountsRepository
let hasher: PasswordHasher
let dearer: PasswordHasher

beforeAll(async () => {
  fresh = await freshDatabase()
  database = await openDatabase({ url: fresh.url, dataDir: '', poolMax: 20 })
  accounts = createAccountsRepository(database.db, endAccount)
  hasher = await createPasswordHasher(CHEAP)
  dearer = await createPasswordHasher({ ...CHEAP, passes: 2 })
  await knownPeople()
})
afterAll(async () => {
  await database.close()
  await fresh.drop()
})

/** A clock that stands still until it is told otherwise. */
const time = () => ({
  at: Date.parse('2026-03-01T12:00:00Z'),
  now() {
    return this.at
  },
})

/** Everybody in this file has an address of their own. */
async function newAccount(
  user: Partial<UserToCreate> & { email: string },
  password?: string,
): Promise<Account> {
  const created = await createUser({ accounts, clock: time() })(user)
  if (!created.ok) throw new Error(created.reason)
  if (password !== undefined)
    await setPassword({ accounts, hasher, refusePassword, clock: time() })(created.account, password)
  return created.account
}

async function knownPeople(): Promise<void> {
  await newAccount({ email: 'known@example.com' }, PASSWORD)
  await newAccount({ email: 'passkeys-only@example.com' })
  const disabled = await newAccount({ email: 'disabled@example.com' }, PASSWORD)
  await disableUser({ accounts, clock: time() })(disabled.id)
  const hostile = await newAccount({ email: 'hostile@example.com' })
  await accounts.credentials.setPassword(hostile.id, HOSTILE, time().at)
}

/** Signing in, with the argon2 runs counted. */
function door(use: Partial<SignInsOver> = {}, engine = hasher) {
  const runs = { hash: 0, verify: 0 }
  const counted: SignInsOver['hasher'] = {
    hash: (password) => {
      runs.hash++
      return engine.hash(password)
    },
    verify: (phc, password) => {
      runs.verify++
      return engine.verify(phc, password)
    },
    verifyNobody: (password, another) => {
      runs.verify++
      return engine.verifyNobody(password, another)
    },
  }
  const clock = time()
  const signIn = signInsOver({ accounts, hasher: counted, clock, ...use })
  return { runs, clock, signIn }
}

describe('creating a user', () => {
  it('keeps what was given, and gives a random subject', async () => {
    const ada = await newAccount({
      email: 'Ada@Example.com.',
      name: 'Ada',
      serverRoles: ['admin'],
      profile: { locale: 'en' },
    })
    expect(ada).toMatchObject({
      email: 'Ada@example.com',
      emailVerified: false,
      name: 'Ada',
      profile: { locale: 'en' },
      serverRoles: ['admin'],
      disabled: false,
      createdAt: time().at,
      lastSignInAt: undefined,
    })
    expect(ada.sub).toMatch(/^[\w-]{22}$/)
    expect(await accounts.users.findBySub(ada.sub)).toEqual(ada)
    expect(await accounts.users.findByEmailKey('ada@example.com')).toEqual(ada)
  })

  it.each([
    ['email_malformed', { email: 'no address' }],
    ['name_malformed', { email: 'n@example.com', name: 'a\0b' }],
    ['name_malformed', { email: 'n@example.com', name: ' ' }],
    ['name_malformed', { email: 'n@example.com', name: 'a'.repeat(201) }],
    ['password_hash_refused', { email: 'n@example.com', passwordHash: '$2b$12$abcdefghijklmnopqrstuv' }],
    ['password_hash_refused', { email: 'n@example.com', passwordHash: HOSTILE }],
  ])('refuses with %s: %j', async (reason, user) => {
    expect(await createUser({ accounts, clock: time() })(user)).toEqual({ ok: false, reason })
    expect(await accounts.users.findByEmailKey('n@example.com')).toBeUndefined()
  })

  it('lets one of twenty have an address, however they spell it', async () => {
    const spellings = ['grace@example.com', 'GRACE@example.com', 'grace@EXAMPLE.com.', 'ｇrace@example.com']
    const tries = Array.from({ length: 20 }, (_, i) => ({ email: spellings[i % 4] ?? '' }))
    const outcomes = await Promise.all(tries.map((user) => createUser({ accounts, clock: time() })(user)))
    expect(outcomes.filter((o) => o.ok)).toHaveLength(1)
    expect(outcomes.filter((o) => !o.ok && o.reason === 'email_taken')).toHaveLength(19)
  })

  it('joins a transaction that is open, and leaves nothing when that fails', async () => {
    const failing = database.db.transaction().execute(async (tx) => {
      const inside = createAccountsRepository(tx, endAccount)
      const created = await createUser({ accounts: inside, clock: time() })({ email: 'undone@example.com' })
      expect(created.ok).toBe(true)
      throw new Error('a later line of the file is bad')
    })
    await expect(failing).rejects.toThrow('a later line')
    expect(await accounts.users.findByEmailKey('undone@example.com')).toBeUndefined()
  })
})

describe('signing in with a hash from elsewhere', () => {
  // Python, crypt.crypt('Fünf Türme, 1843', …)
  const BCRYPT = '$2b$05$abcdefghijklmnopqrstuulPVXLHsrL2Kce1FaK9X8b3D/Eb5d9M.'
  const OLD = 'Fünf Türme, 1843'
  const stored = async (email: string) => {
    const person = await accounts.users.findPersonByEmailKey(email)
    return person && passwordHashOf(person)
  }

  async function moved(email: string): Promise<Account> {
    const account = await newAccount({ email })
    await accounts.credentials.setPassword(account.id, BCRYPT, time().at)
    return account
  }

  it('A-412 makes argon2id of it, once it has let somebody in', async () => {
    await moved('moved@example.com')
    const { signIn, runs } = door()
    expect(await signIn('moved@example.com', `${OLD}.`)).toMatchObject({ reason: 'wrong_password' })
    expect(await stored('moved@example.com')).toBe(BCRYPT)
    expect(await signIn('moved@example.com', OLD)).toMatchObject({ kind: 'done' })
    expect(await stored('moved@example.com')).toMatch(/^\$argon2id\$/)
    expect(await signIn('moved@example.com', OLD)).toMatchObject({ kind: 'done' })
    expect(runs).toEqual({ verify: 3, hash: 1 })
  })

  it('A-401 takes as long for names that nobody has: somebody else’s hash stands in, always the same', async () => {
    const account = await moved('standing@example.com')
    const worked: (string | undefined)[] = []
    const { signIn } = door({
      standIn: (key) => (key.startsWith('last') ? '\u{10ffff}' : account.sub),
      hasher: {
        ...hasher,
        verifyNobody: async (password, another) => {
          worked.push(another)
          await hasher.verifyNobody(password, another)
        },
      },
    })
    const wrong = { kind: 'wrong', method: 'password', reason: 'unknown' }
    for (const name of ['nobody@example.com', 'nobody@example.com', 'last@example.com'])
      expect(await signIn(name, OLD)).toEqual(wrong)
    expect(await signIn('passkeys-only@example.com', OLD)).toMatchObject({ reason: 'no_password' })
    expect(worked).toEqual([BCRYPT, BCRYPT, undefined, BCRYPT])
    expect(await stored('standing@example.com')).toBe(BCRYPT)
  })
})

describe('signing in with a password', () => {
  it('gives the account, and notes when', async () => {
    const ada = await newAccount({ email: 'in@example.com' }, PASSWORD)
    const { signIn, clock, runs } = door()
    clock.at += DAY
    expect(await signIn('In@Example.com', PASSWORD)).toEqual({
      kind: 'done',
      signedIn: {
        account: ada,
        acr: 'urn:gatehouse:acr:1fa',
        amr: ['pwd'],
        authTime: Math.floor(clock.at / 1000),
        remember: false,
        device: { id: expect.any(String), cookieId: expect.any(String) },
        proofs: [
          {
            method: 'password',
            factors: ['knowledge'],
            amr: ['pwd'],
            phishingResistant: false,
            at: clock.at,
          },
        ],
      },
    })
    expect(await accounts.users.find(ada.id)).toEqual({ ...ada, lastSignInAt: clock.at })
    expect(runs).toEqual({ verify: 1, hash: 0 })
  })

  it.each([
    ['unknown', 'nobody@example.com', PASSWORD],
    ['unknown', "a'--", PASSWORD],
    ['unknown', '*)(uid=*', PASSWORD],
    ['unknown', 'known@example.com\0', PASSWORD],
    ['unknown', `${'a'.repeat(10_000)}@example.com`, PASSWORD],
    ['wrong_password', 'known@example.com', 'Correct horse battery staple'],
    ['wrong_password', 'known@example.com', `${PASSWORD}\0`],
    ['disabled', 'disabled@example.com', PASSWORD],
    ['wrong_password', 'disabled@example.com', 'another password'],
    ['no_password', 'passkeys-only@example.com', PASSWORD],
    ['no_password', 'hostile@example.com', PASSWORD],
  ])('A-401 A-411 fails as %s after exactly one argon2 run: %s', async (reason, username, password) => {
    const { signIn, runs } = door()
    expect(await signIn(username, password)).toEqual({ kind: 'wrong', method: 'password', reason })
    expect(runs).toEqual({ verify: 1, hash: 0 })
  })

  it.each([
    ['empty', ''],
    ['too long', 'x'.repeat(1025)],
    ['a megabyte', 'x'.repeat(1_000_000)],
  ])('A-409 refuses a password that is %s before any work, whoever it is', async (_, password) => {
    const { signIn, runs } = door()
    expect(await signIn('known@example.com', password)).toMatchObject({ kind: 'wrong', reason: 'malformed' })
    expect(await signIn('nobody@example.com', password)).toMatchObject({ kind: 'wrong', reason: 'malformed' })
    expect(runs).toEqual({ verify: 0, hash: 0 })
  })

  it('notices that the account was disabled while argon2 ran', async () => {
    const ada = await newAccount({ email: 'race@example.com' }, PASSWORD)
    const { signIn } = door({
      hasher: {
        ...hasher,
        verify: async (phc, password) => {
          await disableUser({ accounts, clock: time() })(ada.id)
          return hasher.verify(phc, password)
        },
      },
    })
    expect(await signIn('race@example.com', PASSWORD)).toMatchObject({ kind: 'wrong', reason: 'disabled' })
  })

  it('takes an imported argon2id hash', async () => {
    await newAccount({ email: 'imported@example.com', passwordHash: await dearer.hash(PASSWORD) })
    expect(await door().signIn('imported@example.com', PASSWORD)).toMatchObject({ kind: 'done' })
  })
})

describe('when the cost of hashes was changed', () => {
  const storedHash = async (email: string) => {
    const person = await accounts.users.findPersonByEmailKey(email)
    return person === undefined ? '' : (passwordHashOf(person) ?? '')
  }

  it('the next sign-in hashes anew, once', async () => {
    await newAccount({ email: 'rehash@example.com' }, PASSWORD)
    const first = door({}, dearer)
    expect(await first.signIn('rehash@example.com', PASSWORD)).toMatchObject({ kind: 'done' })
    expect(first.runs).toEqual({ verify: 1, hash: 1 })
    expect(await storedHash('rehash@example.com')).toContain('t=2')

    const second = door({}, dearer)
    expect(await second.signIn('rehash@example.com', PASSWORD)).toMatchObject({ kind: 'done' })
    expect(second.runs).toEqual({ verify: 1, hash: 0 })
  })

  it('a failure to hash anew is told, and fails no sign-in', async () => {
    await newAccount({ email: 'busy@example.com' }, PASSWORD)
    const told: unknown[] = []
    const hash = () => Promise.reject(new Error('busy'))
    const { signIn } = door({ hasher: { ...dearer, hash }, onRehashFailed: (error) => told.push(error) })
    expect(await signIn('busy@example.com', PASSWORD)).toMatchObject({ kind: 'done' })
    expect(told).toEqual([new Error('busy')])
    expect(await storedHash('busy@example.com')).toContain('t=1')
  })

  it('hashing anew does not bring back a password that was changed meanwhile', async () => {
    const ada = await newAccount({ email: 'changed@example.com' }, PASSWORD)
    const hash = async (password: string) => {
      await setPassword({ accounts, hasher, refusePassword, clock: time() })(ada, 'a newer password')
      return dearer.hash(password)
    }
    const { signIn } = door({ hasher: { ...dearer, hash } })
    expect(await signIn('changed@example.com', PASSWORD)).toMatchObject({ kind: 'done' })
    expect(await door().signIn('changed@example.com', PASSWORD)).toMatchObject({ reason: 'wrong_password' })
    expect(await door().signIn('changed@example.com', 'a newer password')).toMatchObject({ kind: 'done' })
  })
})

describe('setting a password', () => {
  it('replaces the one there was', async () => {
    const ada = await newAccount({ email: 'set@example.com' }, PASSWORD)
    expect(
      await setPassword({ accounts, hasher, refusePassword, clock: time() })(ada, 'another one'),
    ).toEqual({ ok: true })
    expect(await door().signIn('set@example.com', PASSWORD)).toMatchObject({ reason: 'wrong_password' })
    expect(await door().signIn('set@example.com', 'another one')).toMatchObject({ kind: 'done' })
  })

  it('refuses what the policy refuses, and changes nothing', async () => {
    const ada = await newAccount({ email: 'policy@example.com' }, PASSWORD)
    const outcome = await setPassword({ accounts, hasher, refusePassword, clock: time() })(
      ada,
      'policy@example.com',
    )
    expect(outcome).toEqual({ ok: false, reason: 'same_as_email' })
    expect(await door().signIn('policy@example.com', PASSWORD)).toMatchObject({ kind: 'done' })
  })

  it('says when the account is gone', async () => {
    const ada = await newAccount({ email: 'gone@example.com' })
    await deleteUser({ accounts, clock: time() })(ada.id)
    expect(await setPassword({ accounts, hasher, refusePassword, clock: time() })(ada, PASSWORD)).toEqual({
      ok: false,
      reason: 'gone',
    })
  })
})

describe('a one-time link', () => {
  const hashUnder = (pepper: number) => {
    const hash = createKeyedHash(Buffer.alloc(32, pepper))
    return (token: string) => hash('link', token)
  }
  /** A person, and what can be done with links to them. */
  async function linkFor(email: string) {
    const clock = time()
    const account = await newAccount({ email })
    const linkKey = hashUnder(1)
    const use = { accounts, hasher, refusePassword, clock, linkKeys: (token: string) => [linkKey(token)] }
    const make = async () => {
      const link = await makeLink({ accounts, clock, linkKey })(account)
      if (link === undefined) throw new Error('no link was made')
      return link.token
    }
    return { account, clock, use, make, open: openLink(use), redeem: redeemLink(use) }
  }
  const expired = { ok: false, reason: 'link_expired' }

  it('shows whose it is as often as it is opened, and sets one password', async () => {
    const { account, make, open, redeem } = await linkFor('link@example.com')
    const token = await make()
    expect(token).toMatch(/^[\w-]{43}$/)
    expect(await open(token)).toEqual(account)
    expect(await open(token)).toEqual(account)
    expect(await redeem(token, PASSWORD)).toEqual({ ok: true, account })
    expect(await door().signIn('link@example.com', PASSWORD)).toMatchObject({ kind: 'done' })
    expect(await open(token)).toBeUndefined()
    expect(await redeem(token, 'another password')).toEqual(expired)
  })

  it('is redeemed by exactly one of fifty at once', async () => {
    const { make, redeem } = await linkFor('fifty@example.com')
    const token = await make()
    const passwords = Array.from({ length: 50 }, (_, i) => `password number ${i}`)
    const outcomes = await Promise.all(passwords.map((password) => redeem(token, password)))
    const winners = passwords.filter((_, i) => outcomes[i]?.ok)
    expect(winners).toHaveLength(1)
    expect(outcomes.filter((o) => !o.ok && o.reason === 'link_expired')).toHaveLength(49)
    expect(await door().signIn('fifty@example.com', winners[0] ?? '')).toMatchObject({ kind: 'done' })
  })

  it('survives a password that the policy refuses', async () => {
    const { make, redeem } = await linkFor('policy-link@example.com')
    const token = await make()
    expect(await redeem(token, 'short')).toEqual({ ok: false, reason: 'too_short' })
    expect(await redeem(token, PASSWORD)).toMatchObject({ ok: true })
  })

  it('is good for a day and no longer', async () => {
    const { clock, make, open, redeem } = await linkFor('day@example.com')
    const token = await make()
    clock.at += DAY - 1
    expect(await open(token)).toBeDefined()
    clock.at += 1
    expect(await open(token)).toBeUndefined()
    expect(await redeem(token, PASSWORD)).toEqual(expired)
  })

  it('is the newest one, also when ten are made at once', async () => {
    const { make, open } = await linkFor('newest@example.com')
    const first = await make()
    const tokens = await Promise.all(Array.from({ length: 10 }, make))
    const good = await Promise.all([first, ...tokens].map(open))
    expect(good.filter((account) => account !== undefined)).toHaveLength(1)
    expect(good[0]).toBeUndefined()
  })

  it.each([
    ['a guess', 'A'.repeat(43)],
    ['nothing', ''],
    ['a NUL', '\0'],
    ['something long', 'A'.repeat(100_000)],
  ])('A-818 is not %s', async (_, token) => {
    const { redeem, open } = await linkFor(`guess-${token.length}-${token.charCodeAt(0)}@example.com`)
    expect(await open(token)).toBeUndefined()
    expect(await redeem(token, PASSWORD)).toEqual(expired)
  })

  it('A-921 is not in the database: what stands there opens nothing', async () => {
    const { account, make, open } = await linkFor('dump@example.com')
    await make()
    const rows = await database.db
      .selectFrom('account_links')
      .selectAll()
      .where('user_id', '=', account.id)
      .execute()
    const dumped = rows.map((row) => row.key.toString('base64url'))
    expect(dumped).toHaveLength(1)
    expect(await Promise.all(dumped.map(open))).toEqual([undefined])
  })

  it('outlives a change of the pepper', async () => {
    const { account, use, make } = await linkFor('pepper@example.com')
    const token = await make()
    const linkKeys = (t: string) => [hashUnder(2)(t), hashUnder(1)(t)]
    expect(await openLink({ ...use, linkKeys })(token)).toEqual(account)
    expect(await redeemLink({ ...use, linkKeys })(token, PASSWORD)).toMatchObject({ ok: true })
  })

  it('ends when a password is set otherwise', async () => {
    const { account, make, use, open } = await linkFor('otherwise@example.com')
    const token = await make()
    await setPassword(use)(account, PASSWORD)
    expect(await open(token)).toBeUndefined()
  })

  it('ends when the account is disabled, and none is made for it then', async () => {
    const { account, make, use, open, redeem } = await linkFor('off@example.com')
    const token = await make()
    expect(await disableUser(use)(account.id)).toMatchObject({ disabled: true })
    expect(await open(token)).toBeUndefined()
    expect(await redeem(token, PASSWORD)).toEqual(expired)
    await expect(make()).rejects.toThrow('no link')
    expect(await disableUser(use)(account.id)).toBeUndefined()

    await database.db.updateTable('users').set({ disabled_at: null }).where('id', '=', account.id).execute()
    expect(await open(token)).toBeUndefined()
  })

  it('is redeemed or replaced, when both are tried at once, and nobody waits for ever', async () => {
    const { make, redeem, open } = await linkFor('both@example.com')
    for (let round = 0; round < 10; round++) {
      const token = await make()
      const [outcome, replacement] = await Promise.all([redeem(token, PASSWORD), make()])
      expect(outcome.ok || outcome.reason === 'link_expired').toBe(true)
      expect(await open(token)).toBeUndefined()
      expect(await open(replacement)).toBeDefined()
    }
  })
})

describe('deleting a user', () => {
  it('waits for the link that is being redeemed, and neither waits for ever', async () => {
    const ada = await newAccount({ email: 'both-ways@example.com' })
    const removed = Promise.withResolvers<Account | undefined>()
    const somebodyWaits = async () => {
      const { rows } = await database.pool.query(
        `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
      expect(rows).toHaveLength(1)
    }
    const interrupted: AccountsRepository = {
      ...accounts,
      atomically: (work) =>
        accounts.atomically(async (inside) => {
          const spend: typeof inside.links.spend = async (...link) => {
            const spent = await inside.links.spend(...link)
            deleteUser({ accounts, clock: time() })(ada.id).then(removed.resolve, removed.reject)
            await vi.waitFor(somebodyWaits)
            return spent
          }
          return work({ ...inside, links: { ...inside.links, spend } })
        }),
    }
    const use = { accounts: interrupted, hasher, refusePassword, clock: time() }
    const linkKey = (token: string) => Buffer.from(token)
    const link = await makeLink({ accounts, clock: use.clock, linkKey })(ada)
    const redeem = redeemLink({ ...use, linkKeys: (token) => [linkKey(token)] })
    expect(await redeem(link?.token ?? '', PASSWORD)).toEqual({ ok: true, account: ada })
    expect(await removed.promise).toEqual(ada)
  })

  it('takes password and links along, and frees the address', async () => {
    const ada = await newAccount({ email: 'deleted@example.com' }, PASSWORD)
    await makeLink({ accounts, clock: time(), linkKey: (token) => Buffer.from(token) })(ada)
    expect(await deleteUser({ accounts, clock: time() })(ada.id)).toEqual(ada)
    expect(await deleteUser({ accounts, clock: time() })(ada.id)).toBeUndefined()
    for (const table of ['credentials', 'account_links'] as const) {
      expect(await database.db.selectFrom(table).selectAll().where('user_id', '=', ada.id).execute()).toEqual(
        [],
      )
    }
    const again = await newAccount({ email: 'deleted@example.com' })
    expect(again.sub).not.toBe(ada.sub)
    expect(await door().signIn('deleted@example.com', PASSWORD)).toMatchObject({ reason: 'no_password' })
  })
})
