import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normaliseEmail } from './email.ts'

const ADA = 'ada@example.com'

describe('the one stored form of an e-mail address', () => {
  it.each([
    ['as it is', 'ada@example.com'],
    ['in capitals', 'ADA@EXAMPLE.COM'],
    ['with a trailing dot', 'ada@example.com.'],
    ['with a full-width at', 'ada＠example.com'],
    ['in full-width letters', 'ａｄａ@ｅｘａｍｐｌｅ．ｃｏｍ'],
    ['with an ideographic full stop', 'ada@example。com'],
    ['in circled letters', 'ⓐda@example.com'],
    ['with capitals where names begin', 'Ada@Example.com'],
  ])('A-562 is one for an address %s', (_, typed) => {
    expect(normaliseEmail(typed)?.key).toBe(ADA)
  })

  it.each([
    ['a ligature', 'ofﬁce@example.com', 'office@example.com'],
    ['a long s', 'preſs@example.com', 'press@example.com'],
    ['the Kelvin sign', '\u212aim@example.com', 'kim@example.com'],
    ['a domain in Unicode', 'ada@BÜCHER.example', 'ada@xn--bcher-kva.example'],
    ['a domain in Punycode', 'ada@xn--bcher-kva.example', 'ada@xn--bcher-kva.example'],
    ['composed letters', 'jose\u0301@example.com', 'jos\u00e9@example.com'],
    ['atext', "o'neil+a{b}|c/d=e@example.com", "o'neil+a{b}|c/d=e@example.com"],
    ['one label', 'root@localhost', 'root@localhost'],
  ])('A-562 of an address with %s', (_, typed, key) => {
    expect(normaliseEmail(typed)?.key).toBe(key)
  })

  it.each([
    ['a Cyrillic е in the domain', 'ada@examplе.com'],
    ['a Cyrillic а in the local part', 'аda@example.com'],
    ['a dotless ı', 'adaı@example.com'],
    ['a capital İ', 'adaİ@example.com'],
    ['ß in the domain', 'ada@straße.example'],
  ])('A-562 is another one with %s', (_, typed) => {
    const lookalike = typed.replace(/[ıİ]/, 'i').replace('е.', 'e.').replace('а', 'a').replace('ß', 'ss')
    expect(normaliseEmail(typed)?.key).toBeDefined()
    expect(normaliseEmail(typed)?.key).not.toBe(normaliseEmail(lookalike)?.key)
  })

  it('keeps the case of the local part for mail, and no other spelling of the domain', () => {
    expect(normaliseEmail('Ada.Lovelace@EXAMPLE.com.')).toEqual({
      email: 'Ada.Lovelace@example.com',
      key: 'ada.lovelace@example.com',
    })
  })

  it.each([
    ['nothing', ''],
    ['no at', 'a’--'],
    ['no local part', '@example.com'],
    ['no domain', 'ada@'],
    ['a space inside', 'ada @example.com'],
    ['a space around', ' ada@example.com'],
    ['a quoted local part', '"ada"@example.com'],
    ['two ats', 'ada@evil.example@example.com'],
    ['a comment', 'ada(x)@example.com'],
    ['an LDAP filter', '*)(uid=*'],
    ['a NUL', 'ada\0@example.com'],
    ['a tab', 'ada\t@example.com'],
    ['a line end', 'ada@example.com\r\nbcc: x'],
    ['a zero-width space', 'a\u200bda@example.com'],
    ['a right-to-left override', 'ada\u202e@example.com'],
    ['a lone surrogate', 'ada\ud800@example.com'],
    ['dots that touch', 'a..da@example.com'],
    ['a leading dot', '.ada@example.com'],
    ['an address literal', 'ada@[127.0.0.1]'],
    ['an IPv4 address', 'ada@127.0.0.1'],
    ['an IPv4 address in hex', 'ada@0x7f.1'],
    ['a port', 'ada@example.com:25'],
    ['a path', 'ada@example.com/x'],
    ['an escape', 'ada@example%2ecom'],
    ['two trailing dots', 'ada@example.com..'],
    ['an empty label', 'ada@example..com'],
    ['broken Punycode', 'ada@xn--\u00fc.example'],
    ['a local part of 65 bytes', `${'a'.repeat(65)}@example.com`],
    ['10 kB', `${'a'.repeat(10_000)}@example.com`],
  ])('A-411 does not exist for %s', (_, typed) => {
    expect(normaliseEmail(typed)).toBeUndefined()
  })

  it('is its own stored form, whatever was typed', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.string({ unit: 'binary', maxLength: 40 }),
    )
    const domain = fc.oneof(fc.constant('example.com'), fc.domain(), anything)
    fc.assert(
      fc.property(anything, domain, (local, at) => {
        const address = normaliseEmail(`${local}@${at}`)
        if (address === undefined) return
        expect(normaliseEmail(address.key)).toEqual({ email: address.key, key: address.key })
        expect(normaliseEmail(address.email)).toEqual(address)
      }),
      { numRuns: 5_000, seed: 1 },
    )
  })
})
