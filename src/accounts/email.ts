/**
 * One stored form for an e-mail address. Two spellings are the same account only if they have one key, and mail
 * goes to the stored address, never to the one that was typed: whoever types a look-alike of somebody's address
 * gets nothing (the dotless-i attacks on password resets).
 *
 * The rule: Unicode NFKC; then, for the key, lower case by Unicode's default mapping, which knows no locale
 * (and never upper case, under which `ı` is `I`); the domain in its ASCII form (UTS #46), one trailing dot
 * dropped. So `ﬁ`, `ſ` and full-width letters are what they look like, while `ı` and Cyrillic `е` stay other
 * letters. The local part is a dot-atom of ASCII atext, letters, marks and digits (RFC 5322 §3.2.3, RFC 6532).
 * Nothing is trimmed; quoted local parts and address literals are no addresses here.
 */
import { domainToASCII } from 'node:url'

export interface EmailAddress {
  /** For mail and for claims: the local part keeps its case. */
  email: string
  /** For look-ups: unique. */
  key: string
}

/** RFC 5321 §4.5.3.1. */
const MAX_LOCAL_BYTES = 64
const MAX_BYTES = 254

const LOCAL = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u
/** Letters of any script, and every dot that IDNA takes for one: nothing that a URL parser would read its way. */
const DOMAIN_AS_TYPED = /^[\p{L}\p{M}\p{N}.\u3002-]+$/u
/** Ends in a label that is not a number: otherwise it is an IPv4 address in one of its many spellings. */
const DOMAIN = /^(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)*(?!\d+$)[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/

/** Undefined when it is no address that an account can have. */
export function normaliseEmail(input: string): EmailAddress | undefined {
  if (input.length > MAX_BYTES) return undefined
  const text = input.normalize('NFKC')
  const at = text.lastIndexOf('@')
  const local = text.slice(0, Math.max(at, 0))
  const domain = normaliseDomain(text.slice(at + 1))
  if (!LOCAL.test(local) || domain === undefined) return undefined
  const email = `${local}@${domain}`
  const key = `${local.toLowerCase().normalize('NFKC')}@${domain}`
  const fits = [local, key.slice(0, key.lastIndexOf('@'))].every(
    (l) => Buffer.byteLength(l) <= MAX_LOCAL_BYTES,
  )
  return fits && Buffer.byteLength(email) <= MAX_BYTES ? { email, key } : undefined
}

function normaliseDomain(typed: string): string | undefined {
  if (!DOMAIN_AS_TYPED.test(typed)) return undefined
  const ascii = domainToASCII(typed).replace(/\.$/, '')
  return DOMAIN.test(ascii) ? ascii : undefined
}
