import { StoreAway } from '../../shared/app-error.ts'
import { scrubForeign, visible } from '../../telemetry/scrub.ts'

/** An error as the end of a sentence; what others' code said is scrubbed, as it may repeat a URL or a value. */
export function reasonOf(error: unknown, awayExit: number): { message: string; exit?: number } {
  if (!(error instanceof StoreAway)) return { message: messageOf(error) }
  const cause = error.cause instanceof Error ? `: ${scrubForeign(messageOf(error.cause))}` : ''
  return { message: visible(`can’t be reached${cause}`, 300), exit: awayExit }
}

/** Node tries every address of a name, and then says nothing itself. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return messageOf(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}
