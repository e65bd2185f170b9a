import { type Policy, policyWith } from '../../security/risk/registry.ts'
import { faultLine, readDocument } from '../apply/read-document.ts'
import { readFileUpTo } from '../apply/read-file.ts'
import { MAX_BYTES } from '../apply/read-yaml.ts'
import { Refusal } from '../refusal.ts'

/** The policy that a file for `apply` would set: the defaults, but for what it names. Rejects for a bad file, place by place. */
export async function readPolicyFile(file: string): Promise<Policy> {
  const read = readDocument(await readFileUpTo(file, MAX_BYTES + 1))
  if (!read.ok) throw new Refusal(read.faults.map((fault) => faultLine(file, fault)).join('\n'))
  const { risk } = read.document.policies ?? {}
  if (risk === undefined) throw new Refusal(`${file} says nothing of policies.risk`)
  return policyWith(Object.fromEntries(Object.entries(risk).filter(([, outcome]) => outcome !== undefined)))
}
