import { isDemo } from './demo-scope.ts'

type Managed = { managedBy: string | undefined }

/** A look-up that finds nothing of the demo: its password is public, so where others can come, it does not exist. */
export const withoutDemo =
  <T extends Managed>(find: (key: string) => Promise<T | undefined>) =>
  async (key: string): Promise<T | undefined> => {
    const found = await find(key)
    return isDemo(found?.managedBy) ? undefined : found
  }
