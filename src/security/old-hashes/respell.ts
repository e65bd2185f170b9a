/** Spellings of other systems, brought into ours. What is none of these stays as it is. */

const base64 = (bytes: Buffer | string): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '')
const phc = (name: string, cost: string, salt: Buffer | string, hash: Buffer | string): string =>
  `$${name}$${cost}$${base64(salt)}$${base64(hash)}`

type Rule = readonly [spelled: RegExp, respell: (...groups: string[]) => string | undefined]

const RULES: readonly Rule[] = [
  // Django, authentik.
  [
    /^pbkdf2_(sha1|sha256)\$(\d+)\$([^$]+)\$([A-Za-z\d+/]+=*)$/,
    (hash = '', rounds = '', salt = '', digest = '') => {
      const bytes = Buffer.from(digest, 'base64')
      return phc(`pbkdf2-${hash}`, `i=${rounds},l=${bytes.length}`, salt, bytes)
    },
  ],
  [/^argon2(\$argon2.+)$/, (text) => text],
  [/^bcrypt\$(\$2.+)$/, (text) => text],
  [
    /^(md5|sha1)\$([^$]*)\$([\da-f]+)$/,
    (hash = '', salt = '', digest = '') =>
      `$${hash}$pf=${Buffer.from('{SALT}{PASSWORD}').toString('base64')}$${Buffer.from(salt).toString('base64')}$${Buffer.from(digest, 'hex').toString('base64')}`,
  ],
  // Werkzeug: Flask.
  [
    /^scrypt:(\d+):(\d+):(\d+)\$([^$]+)\$([\da-f]{128})$/,
    (N = '', r = '', p = '', salt = '', digest = '') =>
      phc('scrypt', `ln=${N},r=${r},p=${p}`, salt, Buffer.from(digest, 'hex')),
  ],
  [
    /^pbkdf2:(sha1|sha256|sha512):(\d+)\$([^$]+)\$([\da-f]+)$/,
    (hash = '', rounds = '', salt = '', digest = '') => {
      const bytes = Buffer.from(digest, 'hex')
      return phc(`pbkdf2-${hash}`, `i=${rounds},l=${bytes.length}`, salt, bytes)
    },
  ],
  // passlib: base64 with . for +, no length.
  [
    /^\$pbkdf2(|-sha256|-sha512)\$(\d+)\$([A-Za-z\d./]+)\$([A-Za-z\d./]+)$/,
    (hash = '', rounds = '', salt = '', digest = '') => {
      const [saltBytes, bytes] = [salt, digest].map((text) =>
        Buffer.from(text.replaceAll('.', '+'), 'base64'),
      )
      if (saltBytes === undefined || bytes === undefined) return undefined
      return phc(`pbkdf2${hash || '-sha1'}`, `i=${rounds},l=${bytes.length}`, saltBytes, bytes)
    },
  ],
  // Better Auth: the salt is the text of its digits.
  [
    /^([\da-f]{32}):([\da-f]{128})$/,
    (salt = '', digest = '') => phc('scrypt', 'ln=16384,r=16,p=1', salt, Buffer.from(digest, 'hex')),
  ],
  // Spring Security names the kind in front.
  [/^\{(?:bcrypt|argon2|scrypt|pbkdf2)(?:@[\w.]+)?\}(\$.+)$/, (text) => text],
  [/^\{CRYPT\}(\$.+)$/i, (text) => text],
  // ASP.NET Identity.
  [/^(A[A-Za-z\d+/]{60,}={0,2})$/, (text = '') => fromAspNet(Buffer.from(text, 'base64'))],
]

export function respell(text: string): string {
  for (const [spelled, to] of RULES) {
    const match = spelled.exec(text)
    if (match !== null) return to(...match.slice(1)) ?? text
  }
  return text
}

const PRF = ['sha1', 'sha256', 'sha512'] as const

/** Version 2: a zero, salt and key. Version 3: a one, then function, rounds and length of the salt, each in four bytes. */
function fromAspNet(bytes: Buffer): string | undefined {
  if (bytes[0] === 0 && bytes.length === 49)
    return phc('pbkdf2-sha1', 'i=1000,l=32', bytes.subarray(1, 17), bytes.subarray(17))
  if (bytes[0] !== 1 || bytes.length < 29) return undefined
  const [prf, rounds, saltLength] = [bytes.readUInt32BE(1), bytes.readUInt32BE(5), bytes.readUInt32BE(9)]
  const [salt, key] = [bytes.subarray(13, 13 + saltLength), bytes.subarray(13 + saltLength)]
  const hash = PRF[prf]
  return hash === undefined ? undefined : phc(`pbkdf2-${hash}`, `i=${rounds},l=${key.length}`, salt, key)
}
