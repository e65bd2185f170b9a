import { expect, test } from 'vitest'
import { findOpenings } from './node-options.ts'

const found = (NODE_OPTIONS: string, ...execArgv: string[]) =>
  findOpenings({ NODE_OPTIONS }, execArgv).map(({ message }) => /--[\w-]+/.exec(message)?.[0])

test.each([
  ['--inspect', '--inspect'],
  ['--max-old-space-size=512 --inspect-brk=0.0.0.0:9229', '--inspect-brk'],
  ['--heapsnapshot_signal=SIGUSR2', '--heapsnapshot-signal'],
  ['"--report-on-signal"', '--report-on-signal'],
  ['--tls-keylog=/tmp/keys', '--tls-keylog'],
])('A-917 %s would open what is in memory', (options, name) => {
  expect(found(options)).toEqual([name])
})

test('A-917 Node’s own command line counts too', () => {
  expect(found('', '--enable-source-maps', '--inspect=9229')).toEqual(['--inspect'])
})

test('other options are let be', () => {
  expect(
    found('--max-old-space-size=512 --enable-source-maps --title=x--inspect', '--max-semi-space-size=16'),
  ).toEqual([])
  expect(findOpenings({}, [])).toEqual([])
})

test('TLS without a check of certificates is told', () => {
  expect(findOpenings({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, [])).toMatchObject([
    { variable: 'NODE_TLS_REJECT_UNAUTHORIZED' },
  ])
})
