/** What a reader of another system's file gives: a person a record, in the house's terms, and not yet believed. */
export interface SourceUser {
  /** The id that they had there. */
  id: string
  email: string | undefined
  emailVerified?: boolean | undefined
  name?: string | undefined
  /** By the names of OpenID Connect Core §5.1; what is no such claim's value is left out later, with a word. */
  profile?: Readonly<Record<string, unknown>>
  disabled?: boolean | undefined
  /** Epoch ms. */
  createdAt?: number | undefined
  passwordHash?: string | undefined
  /** Authenticator apps. */
  totp?: readonly SourceTotp[]
  /** Who they are elsewhere: what that place was called there, and the subject identifier. */
  identities?: readonly { at: string; subject: string }[]
}

export interface SourceTotp {
  /** Base32; blanks and small letters are as good. */
  secret: string
  /** `SHA1` unless told otherwise, in whatever spelling. */
  algorithm?: string | null | undefined
  digits?: number | null | undefined
  /** Seconds. */
  period?: number | null | undefined
}

export type SourceRecord =
  | { ok: true; user: SourceUser }
  /** Nobody: a service account, say. */
  | { ok: 'passed_over' }
  /** In words that go on after "line 7: ". */
  | { ok: false; reason: string }

/** The file can't be read any further, in words that go on after its name. */
export class BadFile extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'BadFile'
  }
}

/** Where a record begins in its file, from 1. */
export interface Placed<T> {
  line: number
  value: T
}

export interface ReaderOptions {
  /** The project's parameters of Firebase's scrypt. */
  firebase: FirebaseConfig | undefined
}

export interface FirebaseConfig {
  signerKey: string
  saltSeparator: string
  rounds: number
  memCost: number
}

export interface Reader {
  /** The records of a file as they come; rejects where it is no such file. */
  records(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Placed<unknown>>
  toUser(record: unknown, options: ReaderOptions): SourceRecord
}
