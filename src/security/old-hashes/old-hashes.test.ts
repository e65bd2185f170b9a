/** The hashes are made by Python's hashlib and by libxcrypt, but for Firebase's, which its documentation shows. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPasswordHasher, type PasswordHasher } from '../password-hash.ts'
import { isVerifiable } from '../stored-password.ts'

const PASSWORD = 'Fünf Türme, 1843'

const BEARABLE: [name: string, hash: string][] = [
  ['bcrypt $2a$', '$2a$05$abcdefghijklmnopqrstuulPVXLHsrL2Kce1FaK9X8b3D/Eb5d9M.'],
  ['bcrypt $2b$', '$2b$05$abcdefghijklmnopqrstuulPVXLHsrL2Kce1FaK9X8b3D/Eb5d9M.'],
  ['bcrypt $2y$', '$2y$05$abcdefghijklmnopqrstuulPVXLHsrL2Kce1FaK9X8b3D/Eb5d9M.'],
  ['bcrypt over SHA-256', 'bcrypt_sha256$$2b$05$abcdefghijklmnopqrstuuO5rp0ZSBbqOwHIXzKtKdUb0GlG.rp8S'],
  ['bcrypt over HMAC-SHA-384', '$wp$2y$05$abcdefghijklmnopqrstuu.mpkEQlAjvW1ZEeNnRNQNDm5HCcWVlK'],
  ['scrypt by N', '$scrypt$ln=16384,r=8,p=1$c2FsdHNhbHQ=$XS1KLYFbALvN6WEarh4mHRC79ZfgjjuuIj9Isy+BAX0='],
  [
    'scrypt by the logarithm of N',
    '$scrypt$ln=14,r=8,p=1$c2FsdHNhbHQ$XS1KLYFbALvN6WEarh4mHRC79ZfgjjuuIj9Isy+BAX0',
  ],
  ['PBKDF2 with SHA-1', '$pbkdf2-sha1$i=20000,l=20$c2FsdHNhbHQ$rRi+xhOv37qyYz8zDt201EfPgqc'],
  [
    'PBKDF2 with SHA-256',
    '$pbkdf2-sha256$i=20000,l=32$c2FsdHNhbHQ$0R/zzuIACwpNToTxVrGSVG7A30QRSpOn7lwANMEfjd4',
  ],
  [
    'PBKDF2 with SHA-512',
    '$pbkdf2-sha512$i=20000,l=64$c2FsdHNhbHQ$HptiIzIdQerPWmqluAPTd3S82jT9/43qyvOT2WMcSj+u6KKwlRX6UlRIkgr6Co8A4vXh1ByjFRw/TYpG5UDf2Q',
  ],
  [
    'SHA-512 crypt of many rounds',
    '$6$rounds=12000$saltsalt$6e7bekUa2AqY882h04J/vOBU7xXwf.1qwagPXD9ghMxCRNq6xSvd/QRSnYWClp9FAkPombeyS4A1hYnzv2lrR.',
  ],
]

const WEAK: [name: string, hash: string][] = [
  [
    'PBKDF2 of few rounds',
    '$pbkdf2-sha256$i=1000,l=32$c2FsdHNhbHQ$8NHGXSfugZZD6QShYzy2uhWpbjxLd7dfSSCBKDFxV6o',
  ],
  ['{SSHA}', '{SSHA}Q0OERT2Nq+iJCL74fsLgYMPhhAFzYWx0'],
  ['{SSHA256}', '{SSHA256}gZuGH+79xeGRKVf9Xt88wzXZ0LnTdPJb3cJ91bH4JtZzYWx0'],
  [
    '{SSHA512}',
    '{SSHA512}I9uEjwl48PcotZtsipcXAzyxI/almx9Xx0cURC8CcmlCNuAH7OsqMFghaqAdzx4O2eVDHZG0Qe09s+anyvsw0HNhbHQ=',
  ],
  ['{SHA}', '{SHA}1Xt1SVhjtnW7JDqrIaS+WgXc0JU='],
  ['MD5', '$md5$78AnU0+U/0NqkOxdkvzryw=='],
  ['MD5 with a salt', '$md5$pf=e1NBTFR9JCR7UEFTU1dPUkR9$c2FsdA==$6qdl0lI2pgAKUG4APuANwA=='],
  ['SHA-1 with a salt', '$sha1$pf=e1BBU1NXT1JEfXtTQUxUfQ==$/wBzYWx0$yp6SP+xo4wP/ZgCL9VL9VKHUtrk='],
  [
    'SHA-256 with a salt',
    '$sha256$pf=e1BBU1NXT1JEfXtTQUxUfQ==$/wBzYWx0$YAQhT4JfyNYz0Q1b764mj3EjIk4oCxfN+us0jaYyAEE=',
  ],
  [
    'SHA-512 with a salt',
    '$sha512$pf=e1BBU1NXT1JEfXtTQUxUfQ==$/wBzYWx0$mJ73SUlzwsx5l53fw67DKuAVlexf6oG4j+74tfYn+tTNUkQYuxK9GRzqe1zmpCOYDEN4a2bCbXXSAjb1wdaJLA==',
  ],
  [
    'HMAC',
    '$hmac-sha256$YzdjOWExYjc3NzkxZjE2ZGZmODg4NDEzMGE4MmQzNjM4NWQ5YmFmNTJhNDUxYjYxZTYyN2M0YTg0MjBjMTAzYQ==$a2V5',
  ],
  ['phpass', '$P$BabcdefghacvWe10z6h55.9o3sxEu4.'],
  ['MD5 crypt', '$1$saltsalt$JDlgACDPdX3c53EYiSWPY1'],
  ['SHA-256 crypt', '$5$saltsaltsaltsalt$dvoYHhjsnAiR/jOwdBBqvoNQZRFP06BulH3PTAv8GvB'],
  [
    'SHA-512 crypt',
    '$6$saltsaltsaltsalt$I0adQ3qf.iZawqapeRIlx0FXM8RpqIpXLOKh.mzKqNTn/uCTt4BOMkE.uvZoziPDOKvsm51Sopu2In.CrZYB31',
  ],
]

const FOREIGN: [name: string, hash: string][] = [
  ['Django', 'pbkdf2_sha256$20000$salty$CnWB6yomSf0y/OcZaVh30znO0IN7nlS1Ehu1/OfsOZU='],
  [
    'Werkzeug',
    'scrypt:32768:8:1$saltysalt$0ddcb077168ca382fb3999e9e257ee2d4055f685de08454422979a6e4e2dd5139bd091c6db300f3b724ff8e5f0228ff79c8b1ab866b295a42cd4c72c9998ea12',
  ],
  ['passlib', '$pbkdf2-sha256$20000$..9zYWx0c2FsdA$JBaZW1o5ptoZDPFTfBOf3Y/icoXSImXyL3EhZ9mBR8E'],
  [
    'Better Auth',
    '00112233445566778899aabbccddeeff:c2a89951dbadfaff3290e112c298eb64d702f4f9c1949e4e0857380303be55914c42a654d456f37c2a93f0fe2e2a34ab17af91cce81bd82c5248f60d317d4ce2',
  ],
  [
    'ASP.NET Identity 3',
    'AQAAAAIAAYagAAAAEAABAgMEBQYHCAkKCwwNDg86UyBu9bz+7o2pgyaq5QxNQ+KRdlzWvjWVP1luN9mG8g==',
  ],
  ['ASP.NET Identity 2', 'AAABAgMEBQYHCAkKCwwNDg/k/mnd6XokxCnSPr4m8YEZELUErPHta06OSXFELfFlIQ=='],
  ['Spring Security', '{bcrypt}$2a$05$abcdefghijklmnopqrstuulPVXLHsrL2Kce1FaK9X8b3D/Eb5d9M.'],
  [
    'LDAP {CRYPT}',
    '{CRYPT}$6$saltsaltsaltsalt$I0adQ3qf.iZawqapeRIlx0FXM8RpqIpXLOKh.mzKqNTn/uCTt4BOMkE.uvZoziPDOKvsm51Sopu2In.CrZYB31',
  ],
  ['Django, long ago', 'md5$salt$ff74fa81770d427aba27a1e1d5971e74'],
]

const LONG: [name: string, hash: string][] = [
  ['MD5 crypt', '$1$saltsalt$xXUzMLqU7PX0ZkK69L2KW0'],
  ['SHA-256 crypt', '$5$saltsalt$N1cS5K3SxnZ31m1j8rATbd3QvWb7wO8CoTxjjgFPNn3'],
  [
    'SHA-512 crypt',
    '$6$saltsalt$0ZVZ3iwRMirGlRiqmsSBh1rU3m9/NJj1LxVtsFNdItDxwJFgD6ZBVbum3mHoAP0B1Jq9XS2Q89A/0gPcyCTbk.',
  ],
]

const BCRYPT_OF_72 = '$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i'
const TYPED = '$pbkdf2-sha256$i=20000,l=32$c2FsdHNhbHQ$6KIzRF6GNdWLtNDJt0tArenAMcGmCJ/9YKis27jvAYw'

/** From the test suite of the reference implementation. */
const ARGON2 = [
  '$argon2i$v=16$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY',
  '$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8',
  '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
]

const FIREBASE = [
  '$firescrypt$ln=14,r=8,p=1',
  '42xEC+ixf3L2lw==',
  'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
  'Bw==',
  'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==',
].join('$')

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

async function adopted(hash: string): Promise<string> {
  const outcome = await hasher.adopt(hash)
  if (!outcome.ok) throw new Error(`${hash} is ${outcome.reason}`)
  return outcome.stored
}

const fits = { ok: true, rehash: true }
const wrong = { ok: false, rehash: false }

describe('a hash of another system', () => {
  it.each([...BEARABLE, ...WEAK, ...FOREIGN])('is verified, and then made anew: %s', async (_, hash) => {
    const stored = await adopted(hash)
    expect(isVerifiable(stored)).toBe(true)
    expect(await hasher.verify(stored, PASSWORD)).toEqual(fits)
    expect(await hasher.verify(stored, `${PASSWORD}.`)).toEqual(wrong)
    expect(await hasher.verify(stored, PASSWORD.toLowerCase())).toEqual(wrong)
  })

  it.each(BEARABLE)('is stored as it is where it takes long enough: %s', async (_, hash) => {
    expect(await adopted(hash)).toBe(hash)
  })

  it.each(WEAK)('V6.2 does not rest in the store where it is quickly guessed: %s', async (_, hash) => {
    const stored = await adopted(hash)
    expect(stored).toMatch(/^\$over\$[\w-]+\$argon2id\$v=19\$m=64,t=1,p=1\$/)
    const settings = Buffer.from(stored.split('$')[2] ?? '', 'base64url').toString()
    expect(settings).not.toBe(hash)
    // Nobody gets in by what stands there in the place of the digest.
    expect(await hasher.verify(settings, PASSWORD)).toEqual(wrong)
    for (const part of hash.split(/[$}]/).filter((text) => text.length >= 22 && !text.startsWith('pf=')))
      expect(settings).not.toContain(part)
  })

  it('is of every argon2 and both its versions', async () => {
    for (const hash of ARGON2) {
      expect(await hasher.verify(await adopted(hash), 'password')).toEqual(fits)
      expect(await hasher.verify(await adopted(hash), 'passwort')).toEqual(wrong)
    }
  })

  it('is Firebase’s, as its documentation shows it', async () => {
    const stored = await adopted(FIREBASE)
    expect(await hasher.verify(stored, 'user1password')).toEqual(fits)
    expect(await hasher.verify(stored, 'user2password')).toEqual(wrong)
  })

  it.each(LONG)('is of a password longer than a block: %s', async (_, hash) => {
    expect(await hasher.verify(await adopted(hash), 'a longer one than any block '.repeat(4))).toEqual(fits)
  })

  it('A-412 of bcrypt knows 72 bytes; what was typed counts to the last byte once it is made anew', async () => {
    const stored = await adopted(BCRYPT_OF_72)
    expect(await hasher.verify(stored, `${'x'.repeat(72)}whatever`)).toEqual(fits)
    expect(await hasher.verify(stored, `${'x'.repeat(72)}, another end`)).toEqual(fits)
    const renewed = await hasher.hash(`${'x'.repeat(72)}whatever`)
    expect(await hasher.verify(renewed, `${'x'.repeat(72)}, another end`)).toEqual(wrong)
    expect(await hasher.verify(renewed, 'x'.repeat(72))).toEqual(wrong)
  })

  it('is of what was typed, not of its normal form', async () => {
    // Python: hashlib.pbkdf2_hmac('sha256', 'ﬁve ﬂoors² …'.encode(), b'saltsalt', 20000, 32)
    expect(await hasher.verify(await adopted(TYPED), 'ﬁve ﬂoors² …')).toEqual(fits)
    expect(await hasher.verify(await adopted(TYPED), 'five floors2 ...')).toEqual(wrong)
  })

  it('lets the event loop go on while bcrypt is computed', async () => {
    const dear = await adopted('$2b$12$abcdefghijklmnopqrstuulPVXLHsrL2Kce1FaK9X8b3D/Eb5d9M.')
    await hasher.verify(dear, 'warm')
    let turns = 0
    const timer = setInterval(() => {
      turns += 1
    }, 1)
    await Promise.all([hasher.verify(dear, 'a'), hasher.verify(dear, 'b')])
    clearInterval(timer)
    // Computed in this thread, either of them would be one long turn.
    expect(turns).toBeGreaterThan(5)
  })
})

describe('A-412 a hash from elsewhere is refused', () => {
  it.each([
    ['bcrypt of cost 31', '$2b$31$abcdefghijklmnopqrstuulPVXLHsrL2Kce1FaK9X8b3D/Eb5d9M.'],
    ['bcrypt of cost 15', '$2b$15$abcdefghijklmnopqrstuulPVXLHsrL2Kce1FaK9X8b3D/Eb5d9M.'],
    [
      'argon2id of 4 GiB',
      '$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
    ],
    [
      'argon2i of a thousand passes',
      '$argon2i$v=19$m=256,t=1000,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
    ],
    ['scrypt of 2^31', '$scrypt$ln=31,r=8,p=1$c2FsdHNhbHQ=$XS1KLYFbALvN6WEarh4mHRC79ZfgjjuuIj9Isy+BAX0='],
    [
      'scrypt of many lanes',
      '$scrypt$ln=14,r=8,p=4096$c2FsdHNhbHQ=$XS1KLYFbALvN6WEarh4mHRC79ZfgjjuuIj9Isy+BAX0=',
    ],
    [
      'Firebase’s of 2^31',
      '$firescrypt$ln=31,r=8,p=1$c2FsdA==$XS1KLYFbALvN6WEarh4mHQ==$Bw==$XS1KLYFbALvN6WEarh4mHQ==',
    ],
    [
      'PBKDF2 of a milliard',
      '$pbkdf2-sha256$i=1000000000,l=32$c2FsdA$0R/zzuIACwpNToTxVrGSVG7A30QRSpOn7lwANMEfjd4',
    ],
    ['SHA-512 crypt of a milliard', `$6$rounds=999999999$saltsalt$${'a'.repeat(86)}`],
    ['phpass of 2^30', '$P$SabcdefghacvWe10z6h55.9o3sxEu4.'],
  ])('as too dear: %s', async (_, hash) => {
    expect(await hasher.adopt(hash)).toEqual({ ok: false, reason: 'too_dear' })
    expect(isVerifiable(hash)).toBe(false)
    await expect(hasher.verify(hash, PASSWORD)).rejects.toThrow('too much work')
  })

  it.each([
    '',
    'a password in clear',
    '{noop}password',
    '$2x$05$abcdefghijklmnopqrstuulPVXLHsrL2Kce1FaK9X8b3D/Eb5d9M.',
    '$2b$05$tooshort',
    '$2b$02$abcdefghijklmnopqrstuulPVXLHsrL2Kce1FaK9X8b3D/Eb5d9M.',
    '$scrypt$ln=15000,r=8,p=1$c2FsdHNhbHQ=$XS1KLYFbALvN6WEarh4mHRC79ZfgjjuuIj9Isy+BAX0=',
    '$pbkdf2-sha256$i=0,l=32$c2FsdA$0R/zzuIACwpNToTxVrGSVG7A30QRSpOn7lwANMEfjd4',
    '$pbkdf2-sha256$i=20000,l=32$c2FsdA$AAAA',
    '$md5$AAAA',
    '$sha256$pf=e1NBTFR9$c2FsdA==$YAQhT4JfyNYz0Q1b764mj3EjIk4oCxfN+us0jaYyAEE=',
    '{SSHA}1Xt1SVhjtnW7JDqrIaS+WgXc0JU=',
    '{constructor}1Xt1SVhjtnW7JDqrIaS+WgXc0JU=',
    '$over$JG1kNSQ$md5',
    '*',
    'x'.repeat(10_000),
  ])('as none: %.40s', async (hash) => {
    expect(await hasher.adopt(hash)).toEqual({ ok: false, reason: 'unknown' })
    expect(isVerifiable(hash)).toBe(false)
  })
})
