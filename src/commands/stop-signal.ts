import { EXIT } from './exit-codes.ts'

/**
 * The first SIGTERM or SIGINT asks to stop, a second one ends the process at once. SIGUSR1 is taken, so that Node does
 * not open its inspector on it.
 */
export function stopSignal(): { signal: AbortSignal; received: Promise<string> } {
  const controller = new AbortController()
  process.on('SIGUSR1', () => undefined)
  const received = new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      process.on(name, () => {
        if (controller.signal.aborted) process.exit(EXIT.failed)
        controller.abort()
        resolve(name)
      })
    }
  })
  return { signal: controller.signal, received }
}
