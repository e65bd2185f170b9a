import { expect, it } from 'vitest'
import type { PageContext } from '../../pages/respond.ts'
import { goOn } from './go-on.ts'

const headersOf = (href: string): Record<string, string> => {
  const headers: Record<string, string> = {}
  const ctx = { set: (given: object) => Object.assign(headers, given) } as unknown as PageContext
  goOn(() => {}, ctx, { name: 'Acme', href })
  return headers
}

it.each([
  ['https://acme.example/authorize?a=1;url=b&c=d', 'https://acme.example/authorize?a=1;url=b&c=d'],
  ['https://acme.example/a\r\nset-cookie: x', 'https://acme.example/aset-cookie:%20x'],
  ['https://acme.example/"a\'?b="\'', "https://acme.example/%22a'?b=%22%27"],
  ['https://bücher.example/ü', 'https://xn--bcher-kva.example/%C3%BC'],
])('%s is one header of one address', (href, spelt) => {
  expect(headersOf(href)).toEqual({ refresh: `0;url=${spelt}` })
})

it('leads nowhere that the page refuses', () => {
  const headers: object[] = []
  const ctx = { set: (given: object) => headers.push(given) } as unknown as PageContext
  const refuses = () => {
    throw new Error('no web address')
  }
  expect(() => goOn(refuses, ctx, { name: 'Acme', href: 'javascript:alert(1)' })).toThrow('no web address')
  expect(headers).toEqual([])
})
