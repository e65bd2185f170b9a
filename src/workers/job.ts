export interface Job {
  readonly name: string
  readonly everyMs: number
  run(now: number): Promise<number>
}
