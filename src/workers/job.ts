/**
 * Background work. A job is run by one node at a time, the leader, again and again; a second run must do no harm, since
 * another leader may begin where one was cut off.
 */
export interface Job {
  readonly name: string
  /** From the end of one run to the start of the next, about. */
  readonly everyMs: number
  /**
   * Rows touched. A failure is logged, and the job runs again when its time comes. Once this node is to stop, `ending` is
   * aborted: a job that goes on as long as there is something to do then begins nothing more.
   */
  run(now: number, lease: Lease, ending?: AbortSignal): Promise<number>
}

export interface Lease {
  /**
   * Rejects with `LeaseLost` once another node may lead: to be asked before a write that must not happen twice. A
   * process that was frozen learns of it here.
   */
  stillHeld(): Promise<void>
}

export class LeaseLost extends Error {
  constructor() {
    super('this node no longer leads')
    this.name = 'LeaseLost'
  }
}
