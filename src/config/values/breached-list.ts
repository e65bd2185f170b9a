import { resolve } from 'node:path'
import { z } from 'zod'

/** Where the passwords are listed that have become known. */
export type BreachedList = { kind: 'off' } | { kind: 'api'; url: string } | { kind: 'file'; path: string }

const API = 'https://api.pwnedpasswords.com/range/'

/** `off`, `api`, the address of another that answers as Have I Been Pwned's does, or a file. */
export const breachedList = z.string().transform((text, context): BreachedList => {
  if (text === 'off') return { kind: 'off' }
  if (text === 'api') return { kind: 'api', url: API }
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(text)) return { kind: 'file', path: resolve(text) }
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol) && isFolder(url)) return { kind: 'api', url: url.href }
  context.addIssue('must be off, api, an https URL that ends with a slash, or the path of a file')
  return z.NEVER
})

/** What is asked for is put behind it. */
const isFolder = ({ pathname, search, hash, username, password }: URL): boolean =>
  pathname.endsWith('/') && [search, hash, username, password].every((part) => part === '')
