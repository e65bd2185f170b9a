/** L-5 to L-8: who stole is found, who is honest stays, what was ended has ended, what is bound stays bound. */
import { type Book, found, precedes, touches } from './book.ts'
import { acknowledgedEnd } from './chains.ts'
import { type Binding, type Call, refused, succeeded, type TrailEvent, type Violation } from './evidence.ts'

const REUSE = 'token.reuse_detected'

/** L-5 *Reuse kills*: each reuse that was answered is told once, and after it nothing of its session is good. */
export function reuseKills(book: Book): Violation[] {
  return [...unnoticed(book), ...toldTwice(book), ...outlived(book)]
}

/**
 * A store keeps the times of a few uses only, and rounds in doubt to "late": so reuse is certain when twice the grace
 * has passed.
 */
function isReuse(book: Book, call: Call): boolean {
  if (call.kind !== 'refresh' || !refused(call)) return false
  const lasting = (use: Call): boolean => precedes(use, call) && !book.mayBeForgotten(use, call)
  const first = book.uses.get(call.input)?.find(lasting)
  if (first === undefined || call.start - first.end < 2 * book.window) return false
  const key = book.birthOf(book.familyOf(call.input))?.key
  if (key === undefined) return true
  // Who has the key may repeat as long as the successor is unused; who has not is nobody.
  return key === call.key && book.uses.get(first.output ?? '')?.some(lasting) === true
}

function unnoticed(book: Book): Violation[] {
  const ended = Map.groupBy(
    book.calls.filter((call) => call.kind === 'revoke' || alarmsOf(book, call).length > 0),
    ({ session }) => session,
  )
  return book.calls
    .filter((call) => isReuse(book, call) && !book.forgotten.some((span) => touches(call, span)))
    .filter((call) => !ended.get(call.session)?.some((end) => end.id === call.id || end.start < call.end))
    .map((call) => found('L-5', 'a stolen token was refused, and nobody was told', call))
}

const toldTwice = (book: Book): Violation[] =>
  book.calls
    .filter((call) => alarmsOf(book, call).length > 1)
    .map((call) => found('L-5', 'one reuse was told more than once', call))

function outlived(book: Book): Violation[] {
  const sessions = Map.groupBy(book.calls, ({ session }) => session)
  return [...sessions.values()].flatMap((calls) => {
    const answered = calls.find((call) => refused(call) && alarmsOf(book, call).length > 0)
    const alive = answered && calls.find((call) => isGood(call) && precedes(answered, call))
    return answered && alive
      ? [found('L-5', 'something of the session was good after its reuse', answered, alive)]
      : []
  })
}

const isGood = (call: Call): boolean => succeeded(call) || call.active === true

const alarmsOf = ({ trail }: Book, { id }: Call): TrailEvent[] => alarmsIn(trail).get(id) ?? []

const alarms = new WeakMap<readonly TrailEvent[], Map<string, TrailEvent[]>>()

function alarmsIn(trail: readonly TrailEvent[]): Map<string, TrailEvent[]> {
  const known = alarms.get(trail)
  if (known) return known
  const made = Map.groupBy(
    trail.filter(({ type }) => type === REUSE),
    ({ requestId }) => requestId,
  )
  alarms.set(trail, made)
  return made
}

/**
 * L-6 *Honest clients live*: whoever asks again only for an answer that was lost, within the grace, is neither signed
 * out nor taken for a thief. Where the grace may have passed before the server looked, nothing is claimed.
 */
export function honestLive(book: Book): Violation[] {
  const stolen = new Set(book.calls.filter((call) => isTheft(book, call)).map(({ session }) => session))
  const honest = book.calls.filter(({ session, kind }) => kind === 'refresh' && !stolen.has(session))
  return [...Map.groupBy(honest, ({ input }) => input).values()].flatMap((calls) => [
    ...signedOut(book, calls),
    ...accused(book, calls),
  ])
}

/** A thief without the key of a bound family must be nobody's trouble. */
export function isTheft(book: Book, { party, input, key }: Call): boolean {
  const bound = book.birthOf(book.familyOf(input))?.key
  return party === 'thief' && (bound === undefined || bound === key)
}

const firstTry = (calls: readonly Call[]): number => Math.min(...calls.map(({ start }) => start))

/** `calls`: all that presented one token. */
function signedOut(book: Book, calls: readonly Call[]): Violation[] {
  const refusal = calls.find(refused)
  if (refusal === undefined || calls.some(succeeded)) return []
  const birth = book.birthOf(book.familyOf(refusal.input))
  const isOfLostTime = birth !== undefined && book.mayBeForgotten(birth, refusal)
  // Who is taken for a thief loses the whole session: that is looked at where it happens.
  const hasEnded = book.calls.some(
    (call) =>
      call.session === refusal.session &&
      call.start < refusal.end &&
      (call.kind === 'revoke' || alarmsOf(book, call).length > 0),
  )
  if (isOfLostTime || hasEnded || refusal.end - firstTry(calls) >= book.window) return []
  return [found('L-6', `an honest client was signed out (${refusal.error})`, ...calls)]
}

function accused(book: Book, calls: readonly Call[]): Violation[] {
  return calls
    .filter((call) => alarmsOf(book, call).some(({ time }) => time - firstTry(calls) < book.window))
    .map((call) => found('L-6', 'an honest client was taken for a thief', call))
}

/** A node remembers people and clients for so long. */
const PROMPT = 1000

/** L-7 *Revocation is complete and prompt*: within a second nothing below is good on any node. */
export function revocationIsComplete({ calls, familyOf }: Book): Violation[] {
  return calls.filter(acknowledgedEnd).flatMap((ended) => {
    const below = (call: Call): boolean =>
      ended.ends === 'session'
        ? call.session === ended.session
        : call.kind !== 'redeem' && familyOf(call.input) === familyOf(ended.input)
    const alive = calls.find((call) => isGood(call) && below(call) && call.start > ended.end + PROMPT)
    return alive ? [found('L-7', `after the end of its ${ended.ends} something was good`, ended, alive)] : []
  })
}

/** L-8 *Binding never weakens*: whose, for whom, for what and under which key only narrows along a family. */
export function bindingHolds(book: Book): Violation[] {
  const given = new Map(
    book.calls.filter(succeeded).map((call) => [call.output ?? '', call.binding] as const),
  )
  return book.calls
    .filter((call) => call.kind === 'refresh' && succeeded(call))
    .flatMap((call) => {
      const birth = book.birthOf(book.familyOf(call.input))
      if (birth !== undefined && birth.key !== call.key)
        return [found('L-8', 'a family went on with another key than its own', birth, call)]
      const [before, after] = [given.get(call.input), call.binding]
      const grown =
        before && after && (Object.keys(WIDER) as (keyof Binding)[]).find((n) => WIDER[n](before, after))
      return grown ? [found('L-8', `${grown} is not what it was`, call)] : []
    })
}

const changed =
  (name: keyof Binding) =>
  (before: Binding, after: Binding): boolean =>
    before[name] !== after[name]

const WIDER: { [Name in keyof Required<Binding>]: (before: Binding, after: Binding) => boolean } = {
  client: changed('client'),
  subject: changed('subject'),
  tokenType: changed('tokenType'),
  acr: changed('acr'),
  authTime: changed('authTime'),
  scope: (before, after) => after.scope.split(' ').some((scope) => !before.scope.split(' ').includes(scope)),
}
