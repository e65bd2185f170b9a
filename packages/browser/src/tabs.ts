/** All pages of this application in this browser: one of them acts, and tells the others. */

/** Longer than a request may take. */
const LONGEST_WAIT_MS = 15_000

/**
 * Runs while no other page does. `waited`: another one did just before. A page that the browser has stopped in the
 * middle doesn't hold up the others for ever.
 */
export async function alone<T>(name: string, work: (waited: boolean) => Promise<T>): Promise<T> {
  let begun: Promise<T> | undefined
  const run = (waited: boolean): Promise<T> => {
    begun = work(waited)
    return begun
  }
  const { locks } = navigator
  await locks.request(name, { ifAvailable: true }, (lock) => lock && run(false))
  const signal = AbortSignal.timeout(LONGEST_WAIT_MS)
  if (!begun) await locks.request(name, { signal }, () => run(true)).catch(() => {})
  return begun ?? run(true)
}
