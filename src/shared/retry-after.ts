/**
 * `Retry-After` of a 503, in seconds. It is drawn, so that those who were turned away together do not come back together
 * and are turned away again.
 */
export const retryAfter = (random: () => number = Math.random): string =>
  String(1 + Math.floor(random() * MOST_SECONDS))

const MOST_SECONDS = 4
