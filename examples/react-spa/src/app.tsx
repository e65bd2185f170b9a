import { useSession, useSignOut, useStartError } from '@gatehouse/react'
import type { ReactNode } from 'react'
import { Mark } from './mark.tsx'
import { Note } from './note.tsx'
import { sentenceOf, sentenceOfReason, UNTOLD } from './sentences.ts'
import { SignInPage } from './sign-in-page.tsx'
import { SignedInPage } from './signed-in-page.tsx'
import { WAYS, type Way } from './ways.ts'

export function App({ way }: { way: Way }): ReactNode {
  return (
    <>
      <header className="bar">
        <span className="brand">
          <Mark /> Fieldnotes
        </span>
        <nav aria-label="Ways to sign in">
          {WAYS.map(({ path, name }) => (
            <a key={path} href={path} aria-current={path === way.path ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
      </header>
      <Page way={way} />
    </>
  )
}

function Page({ way }: { way: Way }): ReactNode {
  const session = useSession()
  const startError = useStartError()
  // Here, as it outlives the page with the buttons.
  const signOut = useSignOut()
  switch (session.status) {
    case 'loading':
      return (
        <main className="panels" aria-busy="true" aria-label="Fieldnotes">
          {startError && <Note kind="alert">{sentenceOf(startError)}</Note>}
        </main>
      )
    case 'signed-out': {
      const untold = session.reason === 'signed-out' && signOut.error
      const why = untold ? UNTOLD : startError ? sentenceOf(startError) : sentenceOfReason(session.reason)
      return <SignInPage way={way} why={why} />
    }
    case 'signed-in':
      return <SignedInPage signOut={signOut} />
  }
}
