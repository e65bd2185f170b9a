/** Resolves after so many ms, and early when the network is back. */
export const pause = (ms: number): Promise<unknown> =>
  new Promise((resolve) => {
    const signal = AbortSignal.timeout(ms)
    signal.onabort = resolve
    addEventListener('online', resolve, { signal })
  })
