/** Every system that people can come from: a file, and a line here. */
import { auth0 } from './auth0.ts'
import { clerk } from './clerk.ts'
import { firebase } from './firebase.ts'
import { keycloak } from './keycloak.ts'
import { kratos } from './kratos.ts'
import { csv, ndjson } from './plain.ts'
import type { Reader } from './source.ts'

export const READERS = { keycloak, auth0, firebase, clerk, kratos, csv, ndjson } satisfies Record<
  string,
  Reader
>

export type ReaderName = keyof typeof READERS

export const READER_NAMES = Object.keys(READERS) as ReaderName[]
