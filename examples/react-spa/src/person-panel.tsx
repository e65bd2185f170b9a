import type { Claims } from '@gatehouse/browser'
import { useUser } from '@gatehouse/react'
import type { ReactNode } from 'react'
import { Note } from './note.tsx'
import { sentenceOf } from './sentences.ts'

export function PersonPanel(): ReactNode {
  const user = useUser()
  switch (user.status) {
    case 'loading':
    case 'signed-out':
      return <section className="person" aria-busy="true" aria-label="Who is signed in" />
    case 'failed':
      return (
        <section className="person">
          <Note kind="alert">{sentenceOf(user.error)}</Note>
          <button type="button" onClick={user.retry}>
            Ask again
          </button>
        </section>
      )
    case 'ready':
      return <Person claims={user.claims} />
  }
}

function Person({ claims }: { claims: Claims }): ReactNode {
  const email = text(claims['email'])
  const name = text(claims['name']) ?? email ?? claims.sub
  return (
    <section className="person">
      <span className="face" aria-hidden="true">
        {initials(name)}
      </span>
      <div>
        <h1>{name}</h1>
        {email && <p className="muted">{email}</p>}
      </div>
    </section>
  )
}

const text = (claim: unknown): string | undefined => (typeof claim === 'string' ? claim : undefined)

const initials = (name: string): string =>
  name
    .split(/\s+/)
    .map(([first = '']) => first.toUpperCase())
    .slice(0, 2)
    .join('')
