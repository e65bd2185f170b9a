import type { z } from 'zod'
import { documentSchema, type SetUpDocument } from './document.ts'
import { type Finding, type Place, pathText } from './finding.ts'
import { inWords } from './in-words.ts'
import { readYaml, type YamlFile } from './read-yaml.ts'

export type ReadDocument =
  | { ok: true; document: SetUpDocument; placeOf: YamlFile['placeOf'] }
  | { ok: false; faults: (Finding & Place)[] }

/** A set-up as it is written, checked by itself: every fault that can be seen in it. */
export function readDocument(bytes: Uint8Array): ReadDocument {
  const yaml = readYaml(bytes)
  if (!yaml.ok) return yaml
  const { data, placeOf } = yaml.file
  const parsed = documentSchema.safeParse(data, { error: inWords })
  if (parsed.success) return { ok: true, document: parsed.data, placeOf }
  return { ok: false, faults: placed(parsed.error.issues.flatMap(toFindings), placeOf) }
}

/** In the order of the file. */
export const placed = (findings: readonly Finding[], placeOf: YamlFile['placeOf']): (Finding & Place)[] =>
  findings
    .map((finding) => ({ ...finding, ...placeOf(finding.path) }))
    .toSorted((a, b) => a.line - b.line || a.column - b.column)

/** An unknown field is told where it stands, not at what it stands in. */
function toFindings(issue: z.core.$ZodIssue): Finding[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
  return issue.keys.map((key) => ({ path: [...path, key], message: issue.message }))
}

/** `set-up.yaml:4:5: clients[0].redirect_uris: is missing`, as editors and compilers have it. */
export const faultLine = (file: string, { path, message, line, column }: Finding & Place): string =>
  [`${file}:${line}:${column}`, pathText(path), message].filter((part) => part !== '').join(': ')
