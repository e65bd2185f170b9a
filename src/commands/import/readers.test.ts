/** What each system's file says of its people, in files as these systems write them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../adapters/contract.ts'
import { bringIdentity } from '../../methods/identity/bring.ts'
import { bringTotp } from '../../methods/totp/bring.ts'
import { createPasswordHasher, type PasswordHasher } from '../../security/password-hash.ts'
import { readFirebaseConfig } from './firebase-config.ts'
import { READERS, type ReaderName } from './registry.ts'
import type { SourceRecord } from './source.ts'
import { toNewcomer } from './to-newcomer.ts'

const PASSWORD = 'Fünf Türme, 1843'
const BCRYPT = '$2b$05$abcdefghijklmnopqrstuulPVXLHsrL2Kce1FaK9X8b3D/Eb5d9M.'
const NOW = Date.parse('2026-06-01T00:00:00Z')

let hasher: PasswordHasher
beforeAll(async () => {
  hasher = await createPasswordHasher({
    memoryKiB: 64,
    passes: 1,
    parallelism: 1,
    maxWaiting: 1000,
    maxWaitMs: 60_000,
  })
})
afterAll(() => hasher.close())

async function read(from: ReaderName, text: string, firebase?: string): Promise<SourceRecord[]> {
  const reader = READERS[from]
  const chunks = (async function* () {
    yield Buffer.from(text)
  })()
  const config = firebase === undefined ? undefined : readFirebaseConfig(firebase, 'hash.txt')
  return (await Array.fromAsync(reader.records(chunks))).map(({ value }) =>
    reader.toUser(value, { firebase: config }),
  )
}

/** Sealed with nothing, so that it can be seen. */
const places = new Map([['google', { slug: 'acme', id: 'c1', issuer: 'https://acme.example' }]])
const bring = {
  totp: bringTotp({ seal: (_, secret) => Buffer.from(secret) }),
  identity: bringIdentity(places),
}

const appOf = ({ sealed, algorithm, digits, period }: JsonObject): string =>
  [Buffer.from(String(sealed), 'base64').toString(), algorithm, digits, period].join(' ')

/** As they would be here, with a word on whether their password still fits. */
async function people(records: readonly SourceRecord[]) {
  return Promise.all(
    records.map(async (record) => {
      if (record.ok !== true) return record.ok === false ? record.reason : record.ok
      const made = toNewcomer(record.user, NOW, bring)
      if (!made.ok) return made.reason
      const { address, passwordHash, createdAt, factors, ...newcomer } = made.newcomer
      return {
        ...newcomer,
        email: address.email,
        created: createdAt && new Date(createdAt).toISOString(),
        password: passwordHash === undefined ? 'none' : await fits(passwordHash),
        ...(made.leftOut.length > 0 && { leftOut: made.leftOut }),
        ...told(
          'apps',
          factors.flatMap(({ method, data }) => (method === 'totp' ? appOf(data) : [])),
        ),
        ...told(
          'there',
          factors.flatMap(({ method, data }) => (method === 'identity' ? data['subject'] : [])),
        ),
      }
    }),
  )
}

const told = (name: string, all: readonly unknown[]) => (all.length > 0 ? { [name]: all } : {})

async function fits(hash: string): Promise<string> {
  const adopted = await hasher.adopt(hash)
  if (!adopted.ok) return adopted.reason
  return (await hasher.verify(adopted.stored, PASSWORD)).ok ? 'fits' : 'does not fit'
}

describe('Keycloak', () => {
  const credential = (value: object, data: object) => ({
    id: 'c0ffee',
    type: 'password',
    createdDate: 1700000000000,
    secretData: JSON.stringify(value),
    credentialData: JSON.stringify(data),
  })
  const salt = 'AAECAwQFBgcICQoLDA0ODw=='
  const argon2 = credential(
    { value: 'rmc4gcJwin5xsJOjwsgyeZ+LzbLOT9o+NZ+GPoEg/3k=', salt, additionalParameters: {} },
    {
      hashIterations: 5,
      algorithm: 'argon2',
      additionalParameters: {
        hashLength: ['32'],
        memory: ['7168'],
        type: ['id'],
        version: ['1.3'],
        parallelism: ['1'],
      },
    },
  )
  const pbkdf2 = (algorithm: string, hashIterations: number, value: string) =>
    credential({ value, salt }, { hashIterations, algorithm, additionalParameters: {} })
  const realm = {
    id: 'acme',
    realm: 'acme',
    enabled: true,
    roles: { realm: [{ name: 'offline_access' }] },
    users: [
      {
        id: '4f0c1b7e-5a52-4d39-a7f6-3e1d3a1c2b01',
        username: 'ada',
        firstName: 'Ada',
        lastName: 'Lovelace',
        email: 'ada@example.com',
        emailVerified: true,
        attributes: { locale: ['de'], department: ['engines'] },
        createdTimestamp: 1700000000000,
        enabled: true,
        totp: false,
        credentials: [
          argon2,
          {
            id: 'otp1',
            type: 'otp',
            userLabel: 'phone',
            secretData: JSON.stringify({ value: 'N9tTbOVKVcGJ9nGWq8Pz' }),
            credentialData: JSON.stringify({
              subType: 'totp',
              digits: 6,
              counter: 0,
              period: 30,
              algorithm: 'HmacSHA1',
            }),
          },
          {
            id: 'otp2',
            type: 'otp',
            secretData: JSON.stringify({ value: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }),
            credentialData: JSON.stringify({
              subType: 'totp',
              digits: 8,
              period: 60,
              algorithm: 'HmacSHA256',
              secretEncoding: 'BASE32',
            }),
          },
        ],
        disableableCredentialTypes: [],
        requiredActions: [],
        realmRoles: ['default-roles-acme'],
        groups: ['/engineers'],
        federatedIdentities: [],
      },
      {
        id: '4f0c1b7e-5a52-4d39-a7f6-3e1d3a1c2b02',
        username: 'grace',
        email: 'grace@example.com',
        enabled: false,
        credentials: [
          pbkdf2(
            'pbkdf2-sha512',
            21000,
            '+BGqaTjH6QOA7yLWxJ3SUtw+dbgkrYAdpLeMMKrajMaLhbpTmAIlE0qBE4clfjSSx8LgW+uRKiBXWlqLYgY7Cw==',
          ),
        ],
      },
      {
        id: '4f0c1b7e-5a52-4d39-a7f6-3e1d3a1c2b03',
        username: 'mary',
        email: 'mary@example.com',
        enabled: true,
        credentials: [
          pbkdf2(
            'pbkdf2-sha256',
            27500,
            't+xHtZwjBnRH8CFneIKt46+o6/dHebTHKWHJ+7EZ6AzQsDDIUbFWvR2G/7bEEBSkeE2FhpCMR4y7E61ZdpJ0rQ==',
          ),
        ],
      },
      { id: 'x4', username: 'service-account-portal', serviceAccountClientId: 'portal', enabled: true },
      { id: 'x5', username: 'nameless', enabled: true, credentials: [] },
      {
        id: 'x6',
        username: 'odd',
        email: 'odd@example.com',
        credentials: [pbkdf2('bcrypt-custom', 1, 'eA==')],
      },
    ],
    clients: [{ clientId: 'account', enabled: true }],
  }

  it('is read from a realm, credentials and all', async () => {
    expect(await people(await read('keycloak', JSON.stringify(realm, undefined, 2)))).toEqual([
      {
        sourceId: '4f0c1b7e-5a52-4d39-a7f6-3e1d3a1c2b01',
        email: 'ada@example.com',
        emailVerified: true,
        name: 'Ada Lovelace',
        profile: { preferred_username: 'ada', given_name: 'Ada', family_name: 'Lovelace', locale: 'de' },
        disabled: false,
        created: '2023-11-14T22:13:20.000Z',
        password: 'fits',
        apps: ['JY4XIVDCJ5LEWVTDI5FDS3SHK5YTQUD2 sha1 6 30', 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ sha256 8 60'],
      },
      expect.objectContaining({
        email: 'grace@example.com',
        disabled: true,
        emailVerified: false,
        password: 'fits',
      }),
      expect.objectContaining({ email: 'mary@example.com', disabled: false, password: 'fits' }),
      'passed_over',
      'it has no e-mail address',
      'its password was hashed by bcrypt-custom, which is not known here',
    ])
  })
})

describe('Auth0', () => {
  const lines = (...records: object[]): string => records.map((record) => JSON.stringify(record)).join('\n')
  const md5 = {
    algorithm: 'md5',
    hash: { value: 'ff74fa81770d427aba27a1e1d5971e74', encoding: 'hex' },
    salt: { value: 'salt', encoding: 'utf8', position: 'prefix' },
  }
  const hmac = {
    algorithm: 'hmac',
    hash: {
      value: 'c7c9a1b77791f16dff8884130a82d36385d9baf52a451b61e627c4a8420c103a',
      encoding: 'hex',
      digest: 'sha256',
      key: { value: 'key', encoding: 'utf8' },
    },
  }

  it('is read from its exports, in which one person has one id', async () => {
    const text = lines(
      {
        user_id: 'auth0|5f7c8ec7c33c6c004bbafe82',
        email: 'ada@example.com',
        email_verified: true,
        name: 'ada@example.com',
        nickname: 'ada',
        picture: 'https://s.gravatar.com/avatar/x?d=https%3A%2F%2Fcdn.auth0.com%2Favatars%2Fad.png',
        created_at: '2020-10-06T15:35:35.000Z',
        identities: [{ provider: 'auth0', user_id: '5f7c8ec7c33c6c004bbafe82', connection: 'Users' }],
      },
      {
        _id: { $oid: '5f7c8ec7c33c6c004bbafe82' },
        email_verified: true,
        email: 'ada@example.com',
        passwordHash: BCRYPT,
        password_set_date: { $date: '2020-10-06T15:35:35.000Z' },
        tenant: 'acme',
        connection: 'Users',
        _tmp_is_unique: true,
      },
      { user_id: 'google-oauth2|1', email: 'grace@example.com', name: 'Grace Hopper', blocked: true },
      { user_id: 'auth0|2', email: 'mary@example.com', custom_password_hash: md5 },
      { user_id: 'auth0|3', email: 'eve@example.com', custom_password_hash: { ...md5, algorithm: 'md4' } },
      { email: 'nobody@example.com' },
    )
    const [profile, hash, grace, mary, eve, nobody] = await people(await read('auth0', text))
    expect(profile).toEqual({
      sourceId: '5f7c8ec7c33c6c004bbafe82',
      email: 'ada@example.com',
      emailVerified: true,
      name: undefined,
      profile: { nickname: 'ada', picture: expect.stringContaining('https://s.gravatar.com/') },
      disabled: false,
      created: '2020-10-06T15:35:35.000Z',
      password: 'none',
    })
    expect(hash).toMatchObject({ sourceId: '5f7c8ec7c33c6c004bbafe82', password: 'fits' })
    expect(grace).toMatchObject({ sourceId: 'google-oauth2|1', name: 'Grace Hopper', disabled: true })
    expect(mary).toMatchObject({ password: 'fits' })
    expect(eve).toBe('its password was hashed by md4, which is not known here')
    expect(nobody).toBe('it has no user_id and no _id')
  })

  it.each([
    ['bcrypt', { algorithm: 'bcrypt', hash: { value: BCRYPT } }],
    ['ldap', { algorithm: 'ldap', hash: { value: '{SSHA}Q0OERT2Nq+iJCL74fsLgYMPhhAFzYWx0' } }],
    ['md5', md5],
    [
      'hmac',
      {
        ...hmac,
        hash: { ...hmac.hash, value: 'c7c9a1b77791f16dff8884130a82d36385d9baf52a451b61e627c4a8420c103a' },
      },
    ],
  ])('has passwords of its own spelling: %s', async (_, custom_password_hash) => {
    const text = lines({ user_id: 'auth0|1', email: 'ada@example.com', custom_password_hash })
    expect(await people(await read('auth0', text))).toMatchObject([{ password: 'fits' }])
  })
})

describe('Firebase', () => {
  const CONFIG = `hash_config {
  algorithm: SCRYPT,
  base64_signer_key: jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==,
  base64_salt_separator: Bw==,
  rounds: 8,
  mem_cost: 14,
}`
  const hash = '0DiJLp5Di8iJzNJCzHK3UUMHPBiYJU0w5efWij6mHVhL6xTpq1aPeqs1A57Ajy85NVXUZWdy39ddcIDczb3OXA=='
  const exported = {
    users: [
      {
        localId: 'IpZ3hJ2bY8dQ',
        email: 'ada@example.com',
        emailVerified: true,
        passwordHash: hash,
        salt: '42xEC+ixf3L2lw==',
        displayName: 'Ada Lovelace',
        photoUrl: 'https://example.com/ada.png',
        phoneNumber: '+441234567890',
        lastSignedInAt: '1700000001000',
        createdAt: '1700000000000',
        disabled: false,
        providerUserInfo: [],
      },
      {
        // As the Admin SDK has it.
        uid: 'JqA4iK3cZ9eR',
        email: 'grace@example.com',
        passwordHash: hash.replaceAll('+', '-').replaceAll('/', '_'),
        passwordSalt: '42xEC-ixf3L2lw==',
        disabled: true,
      },
      { localId: 'anonymous', createdAt: '1700000000000', providerUserInfo: [] },
    ],
  }

  it('is read with the parameters of its project, as the console shows them or as JSON', async () => {
    const json = JSON.stringify({
      base64_signer_key:
        'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==',
      base64_salt_separator: 'Bw==',
      rounds: 8,
      mem_cost: 14,
    })
    for (const config of [CONFIG, json]) {
      expect(await people(await read('firebase', JSON.stringify(exported), config))).toEqual([
        {
          sourceId: 'IpZ3hJ2bY8dQ',
          email: 'ada@example.com',
          emailVerified: true,
          name: 'Ada Lovelace',
          profile: {
            picture: 'https://example.com/ada.png',
            phone_number: '+441234567890',
            phone_number_verified: true,
          },
          disabled: false,
          created: '2023-11-14T22:13:20.000Z',
          password: 'fits',
        },
        expect.objectContaining({ sourceId: 'JqA4iK3cZ9eR', disabled: true, password: 'fits' }),
        'it has no e-mail address',
      ])
    }
  })

  it('is read as CSV, whose columns nobody names', async () => {
    const line = (cells: Record<number, string>) =>
      `${Array.from({ length: 27 }, (_, n) => cells[n] ?? '')},\n`
    const file = [
      line({
        ...{ 0: 'IpZ3hJ2bY8dQ', 1: 'ada@example.com', 2: 'true', 3: hash, 4: '42xEC+ixf3L2lw==' },
        ...{ 5: '"Lovelace, Ada"', 6: 'https://example.com/ada.png', 7: '1234', 8: 'ada@gmail.example' },
        ...{ 23: '1700000000000', 24: '1700000001000', 25: '+441234567890', 26: 'false' },
      }),
      line({ 0: 'JqA4iK3cZ9eR', 1: 'grace@example.com', 2: 'false', 26: 'true' }),
      line({ 0: 'anonymous', 2: 'false', 23: '1700000000000' }),
    ].join('')
    expect(await people(await read('firebase', file, CONFIG))).toEqual([
      {
        ...{ sourceId: 'IpZ3hJ2bY8dQ', email: 'ada@example.com', emailVerified: true, name: 'Lovelace, Ada' },
        profile: {
          picture: 'https://example.com/ada.png',
          ...{ phone_number: '+441234567890', phone_number_verified: true },
        },
        ...{ disabled: false, created: '2023-11-14T22:13:20.000Z', password: 'fits' },
      },
      expect.objectContaining({ sourceId: 'JqA4iK3cZ9eR', disabled: true, password: 'none' }),
      'it has no e-mail address',
    ])
    expect(await read('firebase', '')).toEqual([])
  })

  it('rejects who has a password, without them', async () => {
    const [ada, grace, anonymous] = await people(await read('firebase', JSON.stringify(exported)))
    expect([ada, grace]).toEqual(
      Array.from({ length: 2 }, () => expect.stringContaining('--firebase-config')),
    )
    expect(anonymous).toBe('it has no e-mail address')
    expect(() => readFirebaseConfig('hash_config { rounds: 8 }', 'hash.txt')).toThrow(
      'base64_signer_key, base64_salt_separator, mem_cost missing',
    )
  })
})

describe('Clerk', () => {
  const HEAD =
    'id,first_name,last_name,username,primary_email_address,primary_phone_number,verified_email_addresses,unverified_email_addresses,verified_phone_numbers,unverified_phone_numbers,totp_secret,password_digest,password_hasher'
  const row = (id: string, digest: string, hasher: string, verified = `${id}@example.com`) =>
    `user_${id},Ada,Lovelace,${id},${id}@example.com,+441234567890,${verified},,,,,${digest},${hasher}`

  it('is read from its CSV, whatever hashed the password', async () => {
    const firebase = [
      '0DiJLp5Di8iJzNJCzHK3UUMHPBiYJU0w5efWij6mHVhL6xTpq1aPeqs1A57Ajy85NVXUZWdy39ddcIDczb3OXA==',
      '42xEC+ixf3L2lw==',
      'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==',
      'Bw==',
      '8',
      '14',
    ].join('$')
    const text = [
      HEAD,
      row('ada', BCRYPT, 'bcrypt', 'other@example.com|ada@example.com'),
      row(
        'django',
        'pbkdf2_sha256$20000$salty$CnWB6yomSf0y/OcZaVh30znO0IN7nlS1Ehu1/OfsOZU=',
        'pbkdf2_sha256_django',
      ),
      row('md', 'efc027534f94ff436a90ec5d92fcebcb', 'md5'),
      row('fire', firebase, 'scrypt_firebase'),
      row('phpass', '$P$BabcdefghacvWe10z6h55.9o3sxEu4.', 'phpass'),
      row('none', '', '', ''),
    ].join('\n')
    const [ada, ...others] = await people(await read('clerk', text))
    expect(ada).toEqual({
      sourceId: 'user_ada',
      email: 'ada@example.com',
      emailVerified: true,
      name: 'Ada Lovelace',
      profile: {
        given_name: 'Ada',
        family_name: 'Lovelace',
        preferred_username: 'ada',
        phone_number: '+441234567890',
        phone_number_verified: false,
      },
      disabled: false,
      created: undefined,
      password: 'fits',
    })
    expect(others).toMatchObject([
      { sourceId: 'user_django', password: 'fits' },
      { sourceId: 'user_md', password: 'fits' },
      { sourceId: 'user_fire', password: 'fits' },
      { sourceId: 'user_phpass', password: 'fits' },
      { sourceId: 'user_none', password: 'none', emailVerified: false },
    ])
  })
})

describe('Kratos', () => {
  it('is read from its identities, a list or one after the other', async () => {
    const identity = {
      id: '1b5ab3ee-9d8e-4a7c-8bd2-6d6fb1a0d001',
      credentials: {
        password: {
          type: 'password',
          identifiers: ['ada@example.com'],
          config: { hashed_password: BCRYPT },
          version: 0,
        },
      },
      schema_id: 'default',
      state: 'active',
      traits: { email: 'ada@example.com', name: { first: 'Ada', last: 'Lovelace' } },
      verifiable_addresses: [{ value: 'ada@example.com', verified: true, via: 'email', status: 'completed' }],
      created_at: '2023-11-14T22:13:20.000Z',
    }
    const other = { ...identity, id: '2', state: 'inactive', traits: { email: 'b@example.com', name: 'B' } }
    const expected = [
      {
        sourceId: identity.id,
        email: 'ada@example.com',
        emailVerified: true,
        name: 'Ada Lovelace',
        profile: { given_name: 'Ada', family_name: 'Lovelace' },
        disabled: false,
        created: '2023-11-14T22:13:20.000Z',
        password: 'fits',
      },
      expect.objectContaining({ email: 'b@example.com', name: 'B', disabled: true, emailVerified: false }),
    ]
    expect(await people(await read('kratos', JSON.stringify([identity, other])))).toEqual(expected)
    expect(
      await people(await read('kratos', `${JSON.stringify(identity)}\n${JSON.stringify(other)}`)),
    ).toEqual(expected)
  })
})

describe('files of one’s own', () => {
  const expected = {
    sourceId: '17',
    email: 'ada@example.com',
    emailVerified: true,
    name: 'Ada Lovelace',
    profile: { given_name: 'Ada', birthdate: '1815-12-10', phone_number: '+44', phone_number_verified: true },
    disabled: false,
    created: '2020-01-02T03:04:05.000Z',
    password: 'fits',
  }

  it('are CSV', async () => {
    const text = [
      'id;email;email_verified;name;given_name;birthdate;phone_number;phone_number_verified;disabled;created_at;password_hash;team',
      `17;ada@example.com;true;Ada Lovelace;Ada;1815-12-10;+44;1;0;2020-01-02T03:04:05Z;${BCRYPT};engines`,
      ';grace@example.com;;;;;;true;;;;',
      '19;;;;;;;;;;;',
    ].join('\r\n')
    expect(await people(await read('csv', text))).toEqual([
      expected,
      expect.objectContaining({
        sourceId: 'grace@example.com',
        profile: {},
        emailVerified: false,
        password: 'none',
      }),
      'it has no e-mail address',
    ])
  })

  it('are lines of JSON', async () => {
    const text = JSON.stringify({
      id: 17,
      email: 'ada@example.com',
      email_verified: true,
      name: 'Ada Lovelace',
      given_name: 'Ada',
      birthdate: '1815-12-10',
      phone_number: '+44',
      phone_number_verified: true,
      created_at: 1577934245,
      password_hash: BCRYPT,
    })
    expect(await people(await read('ndjson', text))).toEqual([expected])
  })

  it('leave out what is no value of its kind, and keep the person', async () => {
    const text = JSON.stringify({
      email: 'ada@example.com',
      name: 'two\nlines',
      picture: 'javascript:alert(1)',
      birthdate: 'yesterday',
      created_at: '2999-01-01T00:00:00Z',
    })
    expect(await people(await read('ndjson', text))).toMatchObject([
      { name: undefined, profile: {}, created: undefined, leftOut: ['name', 'picture', 'birthdate'] },
    ])
  })

  it.each([
    ['{"email":17}', 'email is not what it should be'],
    ['[1]', undefined],
    ['{"email":"a@b@c"}', '"a@b@c" is no e-mail address'],
    [
      `{"id":"${'x'.repeat(256)}","email":"a@example.com"}`,
      'its id is missing, or longer than 255 characters',
    ],
  ])('that say something else are rejected: %.40s', async (text, reason) => {
    expect(await people(await read('ndjson', text))).toEqual(reason === undefined ? [] : [reason])
  })
})

describe('an authenticator app', () => {
  const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  const kratos = (totp_url: string) =>
    JSON.stringify({
      id: '1',
      traits: { email: 'a@example.com' },
      credentials: { totp: { config: { totp_url } } },
    })
  const keycloak = (data: object, value = SECRET) =>
    JSON.stringify({
      users: [
        {
          id: '1',
          username: 'a',
          email: 'a@example.com',
          credentials: [
            { type: 'otp', secretData: JSON.stringify({ value }), credentialData: JSON.stringify(data) },
          ],
        },
      ],
    })

  it.each<[ReaderName, string, string]>([
    [
      'auth0',
      JSON.stringify({ user_id: '1', email: 'a@example.com', mfa_factors: [{ totp: { secret: SECRET } }] }),
      '',
    ],
    ['clerk', `id,primary_email_address,totp_secret\n1,a@example.com,${SECRET}`, ''],
    [
      'kratos',
      kratos(`otpauth://totp/Acme:a@example.com?secret=${SECRET}&digits=8&algorithm=SHA512&period=60`),
      'sha512 8 60',
    ],
    ['csv', `email,totp_secret\na@example.com,${SECRET.toLowerCase()}`, ''],
    [
      'ndjson',
      JSON.stringify({ email: 'a@example.com', totp_secret: 'GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ' }),
      '',
    ],
  ])('comes along from %s', async (from, text, like) => {
    expect(await people(await read(from, text))).toMatchObject([
      { apps: [`${SECRET} ${like || 'sha1 6 30'}`] },
    ])
  })

  it.each<[string, ReaderName, string]>([
    ['has too short a secret', 'csv', 'email,totp_secret\na@example.com,JBSWY3DPEHPK'],
    ['has a secret that is none', 'csv', 'email,totp_secret\na@example.com,not a secret at all 0189'],
    [
      'makes codes of nine digits',
      'keycloak',
      keycloak({ subType: 'totp', digits: 9, secretEncoding: 'BASE32' }),
    ],
    ['uses MD5', 'keycloak', keycloak({ subType: 'totp', algorithm: 'HmacMD5', secretEncoding: 'BASE32' })],
    ['has no secret', 'kratos', kratos('otpauth://totp/Acme:a@example.com')],
    ['is no address', 'kratos', kratos('nonsense')],
    ['counts codes', 'keycloak', keycloak({ subType: 'hotp', counter: 7 })],
  ])('that %s keeps its person out: a password alone must not do', async (_, from, text) => {
    expect(await people(await read(from, text))).toEqual([expect.stringMatching(/^its authenticator app c/)])
  })
})

describe('who somebody is elsewhere', () => {
  const there = async (from: ReaderName, record: object) => {
    const [made] = await people([
      READERS[from].toUser({ email: 'ada@example.com', ...record }, { firebase: undefined }),
    ])
    return made
  }
  const at = (...all: [string, string][]) => all
  const both = at(['google', '1234'], ['github', '99'])
  const records: [ReaderName, (all: [string, string][]) => object][] = [
    [
      'keycloak',
      (all) => ({
        ...{ id: 'a', username: 'ada' },
        federatedIdentities: all.map(([identityProvider, userId]) => ({
          identityProvider,
          userId,
          userName: 'x',
        })),
      }),
    ],
    [
      'auth0',
      (all) => ({
        user_id: 'google-oauth2|1234',
        identities: all.map(([connection, user_id]) => ({
          provider: 'x',
          connection,
          user_id,
          isSocial: true,
        })),
      }),
    ],
    [
      'firebase',
      (all) => ({
        localId: 'a',
        providerUserInfo: all.map(([providerId, rawId]) => ({ providerId, rawId, email: 'x' })),
      }),
    ],
    [
      'ndjson',
      (all) => ({ id: 'a', identities: all.map(([connector, subject]) => ({ connector, subject })) }),
    ],
  ]

  it.each(records)('is taken from %s where a connector takes its place', async (from, record) => {
    expect(await there(from, record(both))).toMatchObject({ there: ['1234'] })
    expect(await there(from, record([]))).not.toHaveProperty('there')
  })

  it.each(records)('of %s is left out, with a word, where it can be nobody', async (from, record) => {
    for (const subject of ['x'.repeat(256), 'a\u0000', 'ä'])
      expect(await there(from, record(at(['google', subject])))).toMatchObject({
        leftOut: ['who they are elsewhere'],
      })
  })
})
