import { useProvided } from './context.ts'
import type { Failure } from './failure.ts'

/**
 * Why the session could not be taken up: this browser or page can't keep one (`insecure_context`,
 * `unsupported_browser`, `storage_blocked`), the answer of a redirect was refused, or the server does not answer
 * (`unreachable`: it is asked again, and the session is `loading` until then). Undefined again once something changes.
 */
export const useStartError = (): Failure | undefined => useProvided().startError
