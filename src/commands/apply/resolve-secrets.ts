/**
 * Secrets of a set-up: in clear, or by the name of a variable. In production only by the latter, since files end in
 * repositories. No message repeats one.
 */
import { isConfidential, needsPlainSecret } from '../../clients/client-metadata.ts'
import type { Variable } from '../../config/variable.ts'
import { webhookKey } from '../../shared/webhook-key.ts'
import type { ClientEntry } from './client-entry.ts'
import type { ConnectorEntry } from './connector-entry.ts'
import type { DesiredPassword } from './desired.ts'
import type { Finding, Path } from './finding.ts'
import type { UserEntry } from './user-entry.ts'
import type { WebhookEntry } from './webhook-entry.ts'

export interface Notes {
  production: boolean
  outboundAllowPrivate: boolean
  readVariable: (name: string) => Variable
  faults: Finding[]
  warnings: Finding[]
}

/** Short enough to be tried out, for whoever has the answers of the token endpoint to tell them. */
const MIN_SECRET = 16
/** RFC 7518 §3.2: a key of HS256 is no shorter than its hash. */
const MIN_HMAC_SECRET = 32

export function readClientSecret(entry: ClientEntry, path: Path, notes: Notes): string | undefined {
  const read = readSecret(entry.client_secret, entry.client_secret_env, 'client_secret', path, notes)
  if (read === undefined) return undefined
  const { text, at } = read
  if (!isConfidential(entry.metadata))
    notes.faults.push({ path: at, message: 'a public client has no secret' })
  checkSecretSigns(read, notes)
  const least = needsPlainSecret(entry.metadata) ? MIN_HMAC_SECRET : MIN_SECRET
  const weak = { path: at, message: `has fewer than ${least} characters` }
  if (text.length < least) (notes.production ? notes.faults : notes.warnings).push(weak)
  return text
}

/** How long it is, is a matter of those who gave it. */
export function readConnectorSecret(
  { config }: ConnectorEntry,
  path: Path,
  notes: Notes,
): string | undefined {
  const { client_secret: clear, client_secret_env: variable } = config
  const read = readSecret(clear, variable, 'client_secret', [...path, 'config'], notes)
  if (read !== undefined) checkSecretSigns(read, notes)
  return read?.text
}

/** RFC 6749 appendix A.2. */
function checkSecretSigns({ text, at }: { text: string; at: Path }, notes: Notes): void {
  if (!/^[\x20-\x7e]{1,1000}$/.test(text))
    notes.faults.push({ path: at, message: 'must be 1 to 1000 printable ASCII characters' })
}

export function readPassword(entry: UserEntry, path: Path, notes: Notes): DesiredPassword | undefined {
  const read = readSecret(entry.password, entry.password_env, 'password', path, notes)
  if (entry.password_hash !== undefined) {
    if ((entry.password ?? entry.password_env) !== undefined)
      notes.faults.push({ path: [...path, 'password_hash'], message: 'is given beside another password' })
    return { kind: 'hash', phc: entry.password_hash }
  }
  if (read === undefined) return undefined
  return { kind: 'plain', text: read.text, at: read.at }
}

export function readWebhookSecret(entry: WebhookEntry, path: Path, notes: Notes): string | undefined {
  const read = readSecret(entry.secret, entry.secret_env, 'secret', path, notes)
  if (read === undefined) return undefined
  if (webhookKey(read.text) === undefined)
    notes.faults.push({ path: read.at, message: 'must be whsec_ and 24 to 64 random bytes in base64' })
  return read.text
}

function readSecret(
  clear: string | undefined,
  variable: string | undefined,
  name: string,
  path: Path,
  notes: Notes,
): { text: string; at: Path } | undefined {
  const [atClear, atVariable] = [
    [...path, name],
    [...path, `${name}_env`],
  ]
  const fault = (at: Path, message: string): undefined => void notes.faults.push({ path: at, message })
  if (clear !== undefined && variable !== undefined)
    return fault(atVariable, `is given beside ${name}: take one away`)
  if (clear !== undefined && notes.production)
    return fault(atClear, `stands in clear, which is refused in production: use ${name}_env`)
  if (variable === undefined) return clear === undefined ? undefined : { text: clear, at: atClear }
  const read = notes.readVariable(variable)
  return read.ok ? { text: read.text, at: atVariable } : fault(atVariable, read.fault)
}
