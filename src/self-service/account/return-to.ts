/** Where a sign-in leads back to: one of the pages at `/account`, never elsewhere, whoever wrote the address. */
import { ACCOUNT_CALLBACK } from '../../clients/client.ts'

export const HOME = '/account'

/** Query and all; what no page of ours has in its address leads to the first of them. */
export function returnTo(wanted: unknown): string {
  const fits = typeof wanted === 'string' && wanted.length <= LONGEST && OWN.test(wanted)
  return fits && !wanted.startsWith(ACCOUNT_CALLBACK) ? wanted : HOME
}

const LONGEST = 1024
const OWN = /^\/account(\/[a-z\d-]+)*(\?[\w.~!$'()*,;:@/?%&=+-]*)?$/
