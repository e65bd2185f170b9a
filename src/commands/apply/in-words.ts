import type { z } from 'zod'

const KINDS: Readonly<Record<string, string>> = {
  string: 'text (in quotes, where it looks like something else)',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
}

const FORMATS: Readonly<Record<string, string>> = { email: 'an e-mail address', url: 'an absolute URL' }

/** A schema's issue as the end of a sentence that begins with the field. The value stays out: it may be a secret. */
export function inWords(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${KINDS[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return issue.input === undefined ? 'is missing' : `must be ${either(issue.values.map(String))}`
    case 'invalid_format':
      return `must be ${FORMATS[issue.format] ?? `a valid ${issue.format}`}`
    case 'too_small':
      return Number(issue.minimum) === 1 ? 'must not be empty' : `must be at least ${issue.minimum}`
    case 'too_big':
      return issue.origin === 'string' || issue.origin === 'array'
        ? `must have ${issue.maximum} ${issue.origin === 'array' ? 'entries' : 'characters'} at most`
        : `must be ${issue.maximum} at most`
    case 'unrecognized_keys':
      return 'is not known here'
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'not_multiple_of':
    case 'custom':
      return 'is not possible'
  }
}

const either = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
