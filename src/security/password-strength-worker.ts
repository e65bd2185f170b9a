/** The thread in which passwords are estimated: its dictionaries take 70 MB and a quarter of a second to load. */
import { type MatchExtended, ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common'
import { dictionary as english } from '@zxcvbn-ts/language-en'
import type { Estimate, EstimateTask } from './password-strength.ts'
import { serveWork } from './worker-pool.ts'

/** Longer ones cost the square of it: what stands further in is looked at from the other end. */
const LONGEST = 48
/** Each more doubles the time for what is written with 4 for a, and finds next to nothing. */
const SUBSTITUTIONS = 10

await serveWork<readonly string[], EstimateTask, Estimate>(async (listed) => {
  const estimator = new ZxcvbnFactory({
    dictionary: { ...common, ...english, listed: [...listed] },
    graphs: adjacencyGraphs,
    l33tMaxSubstitutions: SUBSTITUTIONS,
    maxLength: LONGEST,
  })
  const whole = new Set(listed)
  const estimate = (part: string, { own, house }: EstimateTask): Estimate => {
    const { score, guessesLog10, sequence } = estimator.check(part, [...own, ...house])
    const words = sequence.flatMap((match) => wordOf(match))
    const uses = words.some((word) => own.includes(word))
      ? 'own'
      : words.some((word) => house.includes(word) || whole.has(word))
        ? 'house'
        : undefined
    return { score, guessesLog10, uses }
  }
  return (task) => {
    const password = task.password.normalize('NFKC')
    if (whole.has(password.toLowerCase())) return { score: 0, guessesLog10: 0, uses: 'house' }
    const head = estimate(password, task)
    if (password.length <= LONGEST) return head
    const tail = estimate(password.slice(-LONGEST), task)
    return tail.guessesLog10 > head.guessesLog10 ? tail : head
  }
})

/** What stands in a list: of words that the house or the person brings, the list is what matters, not the rank. */
function wordOf(match: MatchExtended): string[] {
  const { matchedWord, dictionaryName } = match
  const brought = dictionaryName === 'userInputs' || dictionaryName === 'listed'
  return brought && typeof matchedWord === 'string' ? [matchedWord] : []
}
