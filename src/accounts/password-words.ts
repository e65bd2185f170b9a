/** Words that a guesser begins with: what is known of the person, and of the service that the password is for. */
import type { PasswordOwner } from './password-policy.ts'

/** Shorter ones are parts of everything. */
const LEAST_LETTERS = 3
/** Names and addresses are somebody's own, and may have any number of parts. */
const MOST_WORDS = 40

/** Name and address, whole and in parts. */
export const wordsOf = ({ email, name }: PasswordOwner): string[] => {
  const [local = '', domain = ''] = email?.split('@') ?? []
  return listed([email ?? '', local, ...parts(local), ...labels(domain), name ?? '', ...parts(name ?? '')])
}

/** What it is called, what it is, and the host that people sign in at. */
export function wordsOfHouse({ issuer, brand }: { issuer: string; brand: string }): string[] {
  const { hostname } = new URL(issuer)
  return listed(['gatehouse', brand, ...parts(brand), hostname, ...labels(hostname)])
}

/** The last label says little: com, de. */
const labels = (domain: string): string[] =>
  domain
    .split('.')
    .slice(0, -1)
    .flatMap((label) => [label, ...parts(label)])

const parts = (text: string): string[] => text.split(/[^\p{L}\p{M}\p{N}]+|(?<=\p{L})(?=\p{N})/u)

const listed = (words: readonly string[]): string[] =>
  [...new Set(words.map((word) => word.normalize('NFKC').toLowerCase().trim()))]
    .filter((word) => word.length >= LEAST_LETTERS)
    .slice(0, MOST_WORDS)
