import { useSignIn } from '@gatehouse/react'
import type { FormEvent, ReactNode } from 'react'
import { Note } from './note.tsx'
import { sentenceOf } from './sentences.ts'

export function SignInForm(): ReactNode {
  const { signInWithPassword, pending, error } = useSignIn()
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const of = (name: string): string => String(fields.get(name))
    void signInWithPassword({ username: of('username'), password: of('password') })
  }
  return (
    <form onSubmit={submit}>
      {error && <Note kind="alert">{sentenceOf(error)}</Note>}
      <label>
        Email address
        <input name="username" type="email" autoComplete="username" autoCapitalize="none" required />
      </label>
      <label>
        Password
        <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <button type="submit" className="primary" aria-busy={pending}>
        Sign in
      </button>
    </form>
  )
}
