import { useSignIn } from '@gatehouse/react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Note } from './note.tsx'
import { sentenceOf } from './sentences.ts'

/** What a person can type here; for what else there is the other way to sign in. */
const TYPED = ['totp', 'recovery-codes']

/** A password, and a code where that is not enough. */
export function SignInForm(): ReactNode {
  const { signInWithPassword, answer, pending, error } = useSignIn()
  const [method, setMethod] = useState<string>()
  const [told, setTold] = useState(error)
  if (error !== told) {
    setTold(error)
    const { methods } = error?.details ?? {}
    if (Array.isArray(methods)) setMethod(TYPED.find((one) => methods.includes(one)))
    else if (error && error.code !== 'invalid_code') setMethod(undefined)
  }
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const of = (name: string): string => String(fields.get(name))
    if (method) void answer({ method, code: of('code') })
    else void signInWithPassword({ username: of('username'), password: of('password') })
  }
  const isAsked = method && error?.code === 'mfa_required'
  return (
    <form onSubmit={submit}>
      {error && !isAsked && <Note kind="alert">{sentenceOf(error)}</Note>}
      {method ? <CodeField method={method} /> : <PasswordFields />}
      <button type="submit" className="primary" aria-busy={pending}>
        {method ? 'Go on' : 'Sign in'}
      </button>
    </form>
  )
}

const PasswordFields = (): ReactNode => (
  <>
    <label>
      Email address
      <input name="username" type="email" autoComplete="username" autoCapitalize="none" required />
    </label>
    <label>
      Password
      <input name="password" type="password" autoComplete="current-password" required />
    </label>
  </>
)

const CodeField = ({ method }: { method: string }): ReactNode => (
  <label>
    {method === 'totp' ? 'Code from your authenticator app' : 'A recovery code'}
    <input name="code" autoComplete="one-time-code" required />
  </label>
)
