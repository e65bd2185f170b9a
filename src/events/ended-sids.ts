/** What clocks and readers of tokens allow for each other. */
const LEEWAY_MS = 60_000

/** How long a resource server has to know of an ended session: as long as a token of it may pass anywhere. Ms. */
export const endedSidLife = ({ accessTokenExp }: { accessTokenExp: number }): number =>
  accessTokenExp + LEEWAY_MS
