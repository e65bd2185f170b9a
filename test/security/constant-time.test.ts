import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

interface Line {
  file: string
  text: string
}

const lines: Line[] = globSync('{src,adapters}/**/*.ts', { cwd: ROOT })
  .filter((file) => !/\.(test|spec)\.ts$|adapters\/spec\//.test(file))
  .flatMap((file) =>
    readFileSync(join(ROOT, file), 'utf8')
      .split('\n')
      .map((text) => ({ file, text: text.trim() }))
      .filter(({ text }) => !/^(\/?\*|\/\/|import )/.test(text)),
  )

const linesWith = (pattern: RegExp): Line[] => lines.filter(({ text }) => pattern.test(text))
const filesOf = (found: Line[]): string[] => [...new Set(found.map(({ file }) => file))].toSorted()

/** By these names go secrets and what stands for one. */
const SECRET =
  /secret|token|csrf|xsrf|passw|phc|digest|hash|\bmac\b|verifier|signature|proof|cookie|codekey|uid|pepper/i
const HARMLESS = /^(?:undefined|null|true|false|-?\d|['"`])|\.(?:length|type|kind|state|status|ok)$/

const OPERAND = /['"`]?[\w.?-]+(?:\([^()]*\)|\[[^\]]*\])?[\w.?]*/.source
const COMPARISON = new RegExp(`(${OPERAND})\\s*[!=]==?\\s*(${OPERAND})`, 'g')

const comparisons = (text: string): [string, string][] =>
  [...text.matchAll(COMPARISON)].map(([, a = '', b = '']) => [a, b])

const namesSecret = (side: string): boolean => SECRET.test(side.split('.').at(-1) ?? '')

const isSuspicious = ([a, b]: [string, string]): boolean =>
  [a, b].some(namesSecret) && ![a, b].some((side) => HARMLESS.test(side))

it('A-913 secrets are compared in constant time, in these places', () => {
  expect(filesOf(linesWith(/\b(?:timingSafeEqual|equalBytes)\(/))).toEqual([
    // The browser that confirms a registration against the one where it was begun.
    'src/accounts/register.ts',
    // Digests of personal values, and the hashes of the chain: what is stored against what it must be.
    'src/audit/record.ts',
    'src/audit/verify.ts',
    // What a client sends against the keyed hash that is stored.
    'src/clients/client-secrets.ts',
    // The secret that a file gives a webhook against its own.
    'src/events/webhooks/webhook-secret.ts',
    // The secret that a file gives a connector against its own.
    'src/federation/connector-secrets.ts',
    // A code that was sent against what is made of the same again.
    'src/methods/sent-codes.ts',
    // The proof in a refresh token against the one that its bytes give.
    'src/provider/refresh-token.ts',
    // The proof beside a cookie against the one that its value gives.
    'src/security/cookie-signatures.ts',
    // The proof in a form.
    'src/security/csrf.ts',
    // The proof in the cookie of a device.
    'src/security/device-cookie.ts',
    // `equalBytes` itself.
    'src/security/keyed-hash.ts',
    // A password's old hash against what it must be.
    'src/security/password-hash.ts',
  ])
})

it('A-913 no other comparison has a secret on one side, but for these', () => {
  const found = lines.filter(({ text }) => comparisons(text).some(isSuspicious))
  expect(found.map(({ file, text }) => `${file}: ${text}`).toSorted()).toEqual([
    // Both were typed into one form.
    "src/accounts/change-password.ts: if (before !== undefined && password === current) return { ok: false, reason: 'unchanged' }",
    // Under which pepper a hash was made: a number, which is no secret.
    "src/clients/client-secrets.ts: isOld: (stored) => pepperOf(stored) !== keys.current('pepper').number,",
    'src/clients/rehash-secrets.ts: .filter(({ secretHash }) => secretHash !== undefined && pepperOf(secretHash) === pepper)',
    'src/clients/rehash-secrets.ts: const secret = secretHash !== undefined && pepperOf(secretHash) === pepper && revealSecret(use, client)',
    // The set-up file's own words against what the last one said: nobody outside asks.
    "src/commands/apply/plan-user.ts: return password.kind === 'hash' ? before.passwordHash === password.phc : facts.passwordFits(address.key)",
    // Both were brought by the same browser: its address and its cookie.
    "src/interaction/flow.ts: if (interaction.uid !== ctx['params'].uid) throw expired('the address names another interaction')",
    // Two hashes of 80 random bits each: how far they agree says nothing about a code.
    'src/methods/recovery-codes/recovery-codes.ts: const left = hashes.filter((kept) => kept !== hashOf(code))',
    // One record before it was saved and after: nobody outside asks.
    "src/provider/dated-records.ts: former !== undefined && former['uid'] === uid && former['accountId'] === accountId",
    // Two keyed hashes: who does not know the key learns nothing by how far they agree.
    'src/provider/grant-adapters.ts: if (grant.code?.key !== codeKey) return undefined',
    // Whom a token is for: no secret on either side.
    "src/provider/held-access-tokens.ts: if (token?.aud !== undefined && token.aud !== client['tokens_for'])",
    // A line of a public list, looked for on behalf of whoever sets that password.
    'src/security/breached-file.ts: if (found === hash) return true',
    'src/security/breached-file.ts: return lines.some((line) => line.slice(0, hash.length).toUpperCase() === hash)',
  ])
})

it('A-913 bytes are never compared by a method that stops at the first difference', () => {
  expect(linesWith(/\.equals\(|Buffer\.compare\(|\.localeCompare\(/)).toEqual([])
})

it('A-913 the library compares in constant time what is left to it', () => {
  const library = join(ROOT, 'node_modules/oidc-provider/lib')
  const [client, pkce, xsrf] = ['models/client.js', 'helpers/pkce.js', 'shared/xsrf.js'].map((file) =>
    readFileSync(join(library, file), 'utf8'),
  )
  expect(client).toContain('constantEquals(this.clientSecret, actual')
  expect(pkce).toContain('constantEquals(challenge, expected)')
  expect(xsrf).toContain('constantEquals(ctx.oidc.session.state.secret')
  expect(readFileSync(join(library, 'helpers/constant_equals.js'), 'utf8')).toContain('timingSafeEqual')
})
