/** Exit codes after sysexits(3); 1 is everything else. */
export const EXIT = { ok: 0, failed: 1, usage: 64, storeAway: 69, tryAgain: 75, configuration: 78 } as const
