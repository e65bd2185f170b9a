import { afterAll, describe, expect, it } from 'vitest'
import { createPasswordStrength } from '../security/password-strength.ts'
import { readPasswordWords } from '../security/password-words.ts'
import { createPasswordPolicy, type PasswordPolicy } from './password-policy.ts'

const ada = { email: 'Ada.Lovelace@engines.example', name: 'Ada Lovelace' }
const strength = createPasswordStrength()
afterAll(() => strength.close())

const policyWith = (use: Partial<Parameters<typeof createPasswordPolicy>[0]> = {}): PasswordPolicy =>
  createPasswordPolicy({
    minLength: 8,
    issuer: 'https://id.acme.example',
    brand: 'Alder & Birch',
    strength,
    isBreached: async () => false,
    ...use,
  })

describe('a new password', () => {
  const { refuse } = policyWith()

  it.each([
    ['eight characters that nobody guesses', 'k3vXq9!b'],
    ['eight letters of another script', 'парольаб'],
    ['a few words', 'correct horse battery staple'],
    ['a few words and a common one', 'not a password of mine'],
    ['1024 bytes', 'the quick engine '.repeat(61).slice(0, 1024)],
    ['the name among other words', 'lovelace wrote notes on menabrea'],
  ])('V6.2.5 may be %s', async (_, password) => {
    expect(await refuse(password, ada)).toBeUndefined()
  })

  it.each([
    ['too_short', 'nothing', ''],
    ['too_short', 'seven characters', 'k3vXq9!'],
    ['too_short', 'seven emoji, however many bytes', '😀'.repeat(7)],
    ['too_short', 'eight code points that are seven after NFKC', 'abcdefe\u0301'],
    ['too_long', '1025 bytes', 'x'.repeat(1025)],
    ['too_long', 'that only after NFKC', '\ufdfa'.repeat(32)],
    ['not_unicode', 'a lone surrogate', 'abcdefgh\ud800'],
    ['same_as_email', 'the address', 'Ada.Lovelace@engines.example'],
    ['same_as_email', 'the address in other letters', 'ＡＤＡ.LOVELACE@ENGINES.EXAMPLE'],
    ['same_as_email', 'what stands before the @', 'ada.lovelace'],
    ['same_as_name', 'the name', 'ada lovelace'],
    ['same_as_name', 'the name with a space behind', 'Ada Lovelace '],
    ['common', 'what everybody has', 'password'],
    ['common', 'that with what people add to it', 'Password123!'],
    ['common', 'that in other letters', 'P@$$w0rd'],
    ['common', 'that in full-width letters', 'ｐａｓｓｗｏｒｄ'],
    ['common', 'that, many times', 'password'.repeat(20)],
    ['common', 'a row of keys', 'qwertyuiop'],
    ['common', 'a row of letters', 'abcdefghijkl'],
    ['common', 'spaces', ' '.repeat(15)],
    ['common', 'one letter, a thousand times', 'x'.repeat(1024)],
    ['personal', 'the name and a year', 'Lovelace1815'],
    ['personal', 'the name in other letters', 'L0vel4ce!'],
    ['personal', 'the address and a sign', 'ada.lovelace@engines.example!'],
    ['local_word', 'the product’s name', 'Gatehouse1!'],
    ['local_word', 'the issuer’s host and a year', 'Acme2026!'],
    ['local_word', 'what the service is called', 'Alder2026!'],
  ])('A-565 is refused as %s when it is %s', async (reason, _, password) => {
    expect(await refuse(password, ada)).toBe(reason)
  })

  it('is as long as the operator says', async () => {
    const longer = policyWith({ minLength: 15 })
    expect(await longer.refuse('fourteen chars', ada)).toBe('too_short')
    expect(await longer.refuse('fifteen letters', ada)).toBeUndefined()
  })

  it('is not compared with what is not known', async () => {
    expect(await refuse('undefined behaviour', {})).toBeUndefined()
  })

  it('A-565 is looked for among the known ones where nothing else is against it, and never while it is typed', async () => {
    const asked: string[] = []
    const isBreached = async (password: string) => asked.push(password) > 0
    const policy = policyWith({ isBreached })
    expect(await policy.refuse('password', ada)).toBe('common')
    expect(await policy.rate('correct horse battery staple', ada)).toEqual({ score: 4, refusal: undefined })
    expect(asked).toEqual([])
    expect(await policy.refuse('correct horse battery staple', ada)).toBe('breached')
  })
})

describe('what it costs to look at a password', () => {
  const guesses = async (password: string): Promise<number> =>
    (await strength.estimate({ password, own: [], house: [] })).guessesLog10

  it.each([
    'aB3$'.repeat(256),
    '4@8({[<369&#!1/|\\00$5+7%2'.repeat(40),
    `${'p@ssw0rd'.repeat(120)} and a window over the looms`,
    `the looms over a window and ${'1234567890'.repeat(99)}`,
  ])('A-409 is bounded: only both ends of it count, and the better of them: %.12s…', async (password) => {
    const ends = [await guesses(password.slice(0, 48)), await guesses(password.slice(-48))]
    expect(await guesses(password)).toBe(Math.max(...ends))
  })
})

describe('the operator’s words', () => {
  it('V6.2.11 are refused from when they are listed until they are no more', async () => {
    const { refuse } = policyWith()
    expect(await refuse('Babbage & Sons', {})).toBeUndefined()
    const file = Buffer.from('# our house\nBabbage & Sons\r\nWhitechapel\n\nab\n')
    const { words, beyond } = readPasswordWords(file)
    expect([words, beyond]).toEqual([['babbage & sons', 'whitechapel'], 0])
    strength.listWords(words)
    expect(await refuse('Babbage & Sons', {})).toBe('local_word')
    expect(await refuse('wh1tech@pel1837', {})).toBe('local_word')
    expect(await refuse('the market of whitechapel at noon', {})).toBeUndefined()
    strength.listWords([])
    expect(await refuse('Babbage & Sons', {})).toBeUndefined()
  })

  it('are cut where an estimator would become slow, and are text', () => {
    const many = Array.from({ length: 100_002 }, (_, n) => `word-${n}`).join('\n')
    expect(readPasswordWords(Buffer.from(many))).toMatchObject({ beyond: 2 })
    expect(() => readPasswordWords(Buffer.from([0xff, 0xfe, 0x00]))).toThrow()
  })
})
