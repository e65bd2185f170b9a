import { expect, it } from 'vitest'
import { receiverUriProblem } from './receiver-uri.ts'

it.each(['https://rp.example/logout', 'http://127.0.0.1:8080/out?tenant=1'])('%s can be called', (uri) => {
  expect(receiverUriProblem(uri)).toBeUndefined()
})

it.each([
  ['https://rp.example/logout#x', 'fragment'],
  ['https://ada:secret@rp.example/', 'user information'],
  ['ftp://rp.example/', 'http'],
  ['file:///etc/passwd', 'http'],
  ['data:text/html,x', 'http'],
  ['/logout', 'absolute'],
  ['https://rp.example/ out', 'spaces'],
  ['https://rрp.example/', 'ASCII'],
] as const)('%s can not (%s)', (uri, word) => {
  expect(receiverUriProblem(uri)).toContain(word)
})
