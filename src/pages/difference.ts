/** Redirect URIs are compared character by character (RFC 9700 §2.1): shows a developer where two part. */
export interface Difference {
  before: string
  /** What is there and should not be; empty when something is missing instead. */
  differs: string
  after: string
}

export function difference(received: string, registered: readonly string[]): Difference {
  const attempts = registered.map((expected) => compare(received, expected))
  const [closest = { before: received, differs: '', after: '' }] = attempts.sort(
    (a, b) => a.differs.length - b.differs.length,
  )
  return closest
}

function compare(received: string, expected: string): Difference {
  const shorter = Math.min(received.length, expected.length)
  let start = 0
  while (start < shorter && received[start] === expected[start]) start++
  let end = 0
  while (end < shorter - start && received.at(-1 - end) === expected.at(-1 - end)) end++
  const stop = received.length - end
  return {
    before: received.slice(0, start),
    differs: received.slice(start, stop),
    after: received.slice(stop),
  }
}
