import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { difference } from './difference.ts'

describe('difference', () => {
  it('marks what the closest registered address does not have', () => {
    expect(difference('https://a.example/cb/', ['https://b.example/x', 'https://a.example/cb'])).toEqual({
      before: 'https://a.example/cb',
      differs: '/',
      after: '',
    })
    expect(difference('http://a.example/cb', ['https://a.example/cb']).differs).toBe('')
    expect(difference('https://a.example/CB', ['https://a.example/cb'])).toEqual({
      before: 'https://a.example/',
      differs: 'CB',
      after: '',
    })
  })

  it('marks nothing when nothing is registered', () => {
    expect(difference('https://a.example', [])).toEqual({
      before: 'https://a.example',
      differs: '',
      after: '',
    })
  })

  it('never loses a character', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (received, registered) => {
        const { before, differs, after } = difference(received, registered)
        expect(before + differs + after).toBe(received)
      }),
    )
  })
})
