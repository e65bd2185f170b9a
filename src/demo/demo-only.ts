import type { Authentication } from '../accounts/authenticate.ts'
import { isDemo } from './demo-scope.ts'

type Managed = { managedBy: string | undefined }

/** A look-up that finds nothing of the demo: its password is public, so where others can come, it does not exist. */
export const withoutDemo =
  <T extends Managed>(find: (key: string) => Promise<T | undefined>) =>
  async (key: string): Promise<T | undefined> => {
    const found = await find(key)
    return isDemo(found?.managedBy) ? undefined : found
  }

/** A sign-in that no one of the demo passes, after the same work as every other. */
export const refusingDemo =
  (authenticate: (username: string, password: string) => Promise<Authentication>) =>
  async (username: string, password: string): Promise<Authentication> => {
    const outcome = await authenticate(username, password)
    return outcome.ok && isDemo(outcome.account.managedBy) ? { ok: false, reason: 'disabled' } : outcome
  }
