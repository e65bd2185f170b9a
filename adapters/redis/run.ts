/** The store's present run, as far as this node has heard of it. Every answer that names it is a chance to learn. */
export interface KnownRun {
  note(run: number): void
  last(): number | undefined
}

export function createKnownRun(): KnownRun {
  let known: number | undefined
  return {
    note: (run) => {
      known = run
    },
    last: () => known,
  }
}
