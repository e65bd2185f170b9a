/** How sure it is who somebody is, from the least on. `phr`: two factors, of which one can't be phished. */
export const LEVELS = ['1fa', '2fa', 'phr'] as const
export type Level = (typeof LEVELS)[number]

export const reaches = (level: Level, wanted: Level): boolean =>
  LEVELS.indexOf(level) >= LEVELS.indexOf(wanted)

export const highest = (levels: readonly Level[]): Level =>
  LEVELS.findLast((level) => levels.includes(level)) ?? '1fa'
