import { describe, expect, it } from 'vitest'
import { MAX_BYTES, readYaml } from './read-yaml.ts'

const read = (text: string) => readYaml(Buffer.from(text))

function faults(text: string): string[] {
  const result = read(text)
  return result.ok ? [] : result.faults.map(({ line, column, message }) => `${line}:${column} ${message}`)
}

/** Four levels of nine: 6,561 entries out of four lines. */
const BOMB = ['a: &a [x,x,x,x,x,x,x,x,x]', ...'bcde'].reduce((text, name) => {
  const before = String.fromCharCode(name.charCodeAt(0) - 1)
  return `${text}\n${name}: &${name} [${Array(9).fill(`*${before}`).join()}]`
})

describe('a YAML file (A-817)', () => {
  it.each([
    ['a function', 'version: 1\na: !!js/function "x"', '2:4 tags are not possible here'],
    ['a tag of its own', 'a: !shell x', '1:4 tags are not possible here'],
    ['binary', 'a: !!binary aGk=', '1:4 tags are not possible here'],
    ['a field twice', 'a: 1\nb:\n  c: 1\n  c: 2', '4:3 "c" is given twice'],
    ['a second document', 'a: 1\n---\nb: 1', '2:1 a second document begins; one file holds one'],
    ['an alias to nothing', 'a: *b', '1:4 no anchor &b stands before this alias'],
    ['a list for a name', '? [a]\n: 1', '1:3 a field’s name must be text'],
    ['a number for a name', '1: a', '1:1 a field’s name must be text'],
    ['a control character', 'a: "x\\u0000y"', '1:4 holds a control character'],
    ['half a surrogate pair', 'a: "\\ud800"', '1:4 holds a control character'],
    ['aliases that multiply', BOMB, '1:1 grows too large by its aliases'],
    [
      '101 aliases',
      `a: &a x\nb: [${Array(101).fill('*a').join(', ')}]`,
      '2:405 more than 100 aliases are not possible',
    ],
  ])('is refused for %s', (_, text, fault) => {
    expect(faults(text)).toEqual([fault])
  })

  it.each([
    ['lists in lists', '['.repeat(5_000)],
    ['names of names', '? '.repeat(5_000)],
  ])('is refused for endless %s', (_, text) => {
    expect(faults(text)[0]).toContain('nested too deeply')
  })

  it('is refused where it is larger than 1 MB, or no UTF-8', () => {
    expect(readYaml(Buffer.alloc(MAX_BYTES + 1, ' '))).toMatchObject({
      faults: [{ message: 'is larger than 1 MB' }],
    })
    expect(readYaml(Buffer.from([0x61, 0x3a, 0x20, 0xff]))).toMatchObject({
      faults: [{ message: 'is not UTF-8' }],
    })
  })

  it('with as many fields as fit takes moments, not minutes', () => {
    const text = Array.from({ length: 30_000 }, (_, n) => `k${n}: 1`).join('\n')
    expect(faults(`${text}\nk0: 2`)).toEqual(['30001:1 "k0" is given twice'])
  })

  it('does not repeat what stands at a fault: it may be a secret', () => {
    expect(faults('client_secret: ]hunter2[').join()).not.toContain('hunter2')
  })

  it('reads words of YAML 1.1 as text, and merges nothing', () => {
    expect(read('%YAML 1.1\n---\na: yes\n<<: { b: 0o17 }')).toMatchObject({
      ok: true,
      file: { data: { a: 'yes', '<<': { b: 15 } } },
    })
  })

  it('tells the place of a field, of a list’s entry, and of what something is missing in', () => {
    const result = read('a:\n  - b: 1\n    c:\n      - x\n      - y\nd: &d { e: 1 }\nf: *d\n')
    if (!result.ok) throw new Error('refused')
    const { placeOf } = result.file
    expect(placeOf(['a', 0, 'c', 1])).toEqual({ line: 5, column: 9 })
    expect(placeOf(['a', 0, 'c'])).toEqual({ line: 3, column: 5 })
    expect(placeOf(['a', 0, 'missing'])).toEqual({ line: 2, column: 5 })
    expect(placeOf(['f', 'e'])).toEqual({ line: 6, column: 9 })
    expect(placeOf([])).toEqual({ line: 1, column: 1 })
  })
})
