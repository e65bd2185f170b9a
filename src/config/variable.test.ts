import { describe, expect, it } from 'vitest'
import { findVariable } from './variable.ts'

const files: Record<string, string> = { '/run/portal': 'from a file\n' }
const find = (name: string, env: Record<string, string> = {}) =>
  findVariable(name, env, (path) => {
    const text = files[path]
    if (text === undefined) throw new Error('no such file')
    return text
  })

describe('a variable that a file names', () => {
  it('is read from the environment', () => {
    expect(find('PORTAL_SECRET', { PORTAL_SECRET: 'x' })).toEqual({ ok: true, text: 'x' })
  })

  it('may be given by the path of a file', () => {
    expect(find('PORTAL_SECRET', { PORTAL_SECRET_FILE: '/run/portal' })).toEqual({
      ok: true,
      text: 'from a file',
    })
  })

  it.each([
    ['is missing', 'PORTAL_SECRET', {}, 'which is not set'],
    ['is empty', 'PORTAL_SECRET', { PORTAL_SECRET: '' }, 'which is not set'],
    ['is given twice', 'A', { A: 'x', A_FILE: '/run/portal' }, 'is given twice'],
    ['names a file that is missing', 'A', { A_FILE: '/nowhere' }, 'A_FILE names a file that can’t be read'],
    ['is no name', '../../etc/passwd', {}, 'is not the name of an environment variable'],
    ['is the master key', 'MASTER_KEY', { MASTER_KEY: 'x' }, 'configures Gatehouse itself'],
    ['is where the database is', 'DATABASE_URL', { DATABASE_URL: 'x' }, 'configures Gatehouse itself'],
    ['is the master key’s path', 'MASTER_KEY_FILE', { MASTER_KEY_FILE: 'x' }, 'configures Gatehouse itself'],
  ])('is refused when it %s', (_, name, env, fault) => {
    expect(find(name, env as Record<string, string>)).toEqual({
      ok: false,
      fault: expect.stringContaining(fault),
    })
  })
})
