import { z } from 'zod'

/** What the browser says that it was asked (WebAuthn Level 3 §5.8.1): its members that matter here. */
const CLIENT_DATA = z.looseObject({
  type: z.string(),
  challenge: z.string(),
  origin: z.string(),
  crossOrigin: z.boolean().optional(),
  topOrigin: z.undefined().optional(),
})

export interface Expected {
  type: 'webauthn.create' | 'webauthn.get'
  challenge: string
  origins: readonly string[]
}

/**
 * Whether these bytes are what a browser writes for this question, in a page of ours that stands in no other one's frame.
 * A byte order mark, or a member twice, would be read differently by two programs.
 */
export function isClientData(base64url: string, { type, challenge, origins }: Expected): boolean {
  const text = decode(base64url)
  const data = text === undefined ? undefined : parse(text)
  return (
    data !== undefined &&
    data.type === type &&
    data.challenge === challenge &&
    origins.includes(data.origin) &&
    data.crossOrigin !== true
  )
}

/** Which question it claims to answer. */
export function challengeIn(base64url: string): string | undefined {
  const text = decode(base64url)
  return text === undefined ? undefined : parse(text)?.challenge
}

function decode(base64url: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Buffer.from(base64url, 'base64url'),
    )
  } catch {
    return undefined
  }
}

function parse(text: string): z.output<typeof CLIENT_DATA> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const names = outerNames(text)
    return new Set(names).size === names.length ? CLIENT_DATA.safeParse(value).data : undefined
  } catch {
    return undefined
  }
}

const TOKENS = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g

/** The names of the members of an object, of none within it; of text that is known to be JSON. */
function outerNames(text: string): string[] {
  const names: string[] = []
  let depth = 0
  for (const [token, colon] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
    else if (depth === 1 && colon !== undefined)
      names.push(JSON.parse(token.slice(0, token.lastIndexOf('"') + 1)) as string)
  }
  return names
}
