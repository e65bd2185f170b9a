import { useSignIn } from '@gatehouse/react'
import type { ReactNode } from 'react'
import { Note } from './note.tsx'
import { sentenceOf } from './sentences.ts'
import { ISSUER } from './ways.ts'

export function RedirectButton(): ReactNode {
  const { signIn, pending, error } = useSignIn()
  return (
    <>
      <p className="muted">You go to {new URL(ISSUER).host}, sign in there, and come back.</p>
      {error && <Note kind="alert">{sentenceOf(error)}</Note>}
      <button type="button" className="primary" aria-busy={pending} onClick={() => signIn()}>
        Continue
      </button>
    </>
  )
}
