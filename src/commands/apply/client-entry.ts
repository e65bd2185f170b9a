import { z } from 'zod'
import { ACCOUNT, FIRST_PARTY } from '../../clients/client.ts'
import { type ClientMetadata, clientMetadataSchema } from '../../clients/client-metadata.ts'
import { inWords } from './in-words.ts'
import { clientSignInEntry } from './sign-in-policy-entry.ts'

/** RFC 6749 appendix A.1 allows a space too; nobody would see it. */
export const clientId = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 printable ASCII characters without spaces')
  .refine((name) => name !== FIRST_PARTY, 'is built in: first_party_api in the file for apply sets it up')
  .refine((name) => name !== ACCOUNT, 'is built in, for the pages at /account')

/** RFC 6749 §3.3. */
export const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/
export const isScope = (text: string): boolean => text.split(' ').every((scope) => SCOPE_TOKEN.test(scope))
export const NO_SCOPE = 'must be scopes with one space between them'

/** What a client has in the file besides the metadata of `client-metadata.ts`. */
export const clientEntryFields = z.strictObject({
  client_id: clientId,
  /** In clear: for trying out. */
  client_secret: z.string().optional(),
  client_secret_env: z.string().optional(),
  disabled: z.boolean().optional(),
  /** With everything in it commented out it is null in YAML. */
  sign_in: clientSignInEntry.nullish().transform((entry) => entry ?? undefined),
})

export interface ClientEntry extends z.output<typeof clientEntryFields> {
  metadata: ClientMetadata
}

const isOwn = (name: string): boolean => Object.hasOwn(clientEntryFields.shape, name)

/** Both halves are always checked, so that every fault is told at once. */
export const clientEntry = z.record(z.string(), z.unknown()).transform((given, context): ClientEntry => {
  const own = clientEntryFields.safeParse(pick(given, isOwn), { error: inWords })
  const rest = pick(given, (name) => !isOwn(name))
  const metadata = clientMetadataSchema.safeParse(rest, { error: inWords })
  const issues = [...(own.error?.issues ?? []), ...(metadata.success ? [] : allIssues(rest, metadata.error))]
  for (const issue of issues) context.issues.push({ ...issue, input: undefined })
  if (!own.success || !metadata.success) return z.NEVER
  if (!isScope(metadata.data.scope ?? 'none'))
    context.addIssue({ code: 'custom', path: ['scope'], message: NO_SCOPE })
  return { ...own.data, metadata: metadata.data }
})

const pick = (given: object, wanted: (name: string) => boolean): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).filter(([name]) => wanted(name)))

/** What the rules about several fields are decided by: without one of these they would see ghosts. */
const DECISIVE = ['profile', 'application_type', 'grant_types', 'token_endpoint_auth_method']

/** The schema asks its rules about several fields only once each field is right; here they are asked about the rest. */
function allIssues(rest: Record<string, unknown>, { issues }: z.ZodError): z.core.$ZodIssue[] {
  const faulty = new Set(issues.flatMap((issue) => ('keys' in issue ? issue.keys : [String(issue.path[0])])))
  if (DECISIVE.some((name) => faulty.has(name))) return issues
  const others = clientMetadataSchema.safeParse(
    pick(rest, (name) => !faulty.has(name)),
    { error: inWords },
  )
  return [...issues, ...(others.error?.issues.filter(({ path }) => !faulty.has(String(path[0]))) ?? [])]
}
