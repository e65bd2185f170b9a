import type { Origin } from '../audit/event.ts'

/** Who acts in the audit trail when somebody types a command: whoever holds the machine's keys. */
export const BY_COMMAND: Origin = { actor: 'command' }
export const BY_APPLY: Origin = { actor: 'apply' }
