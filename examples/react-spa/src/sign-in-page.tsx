import type { ReactNode } from 'react'
import { Mark } from './mark.tsx'
import { Note } from './note.tsx'
import { RedirectButton } from './redirect-button.tsx'
import { SignInForm } from './sign-in-form.tsx'
import { ISSUER, type Way } from './ways.ts'

/** `why`: what led here, where that wants saying. */
export const SignInPage = ({ way, why }: { way: Way; why: string | undefined }): ReactNode => (
  <main className="door">
    <div className="card">
      <div className="part">
        <span className="arch" aria-hidden="true">
          F
        </span>
        <div>
          <h1>Sign in</h1>
          <p className="muted">to continue to Fieldnotes</p>
        </div>
        {why && <Note kind="status">{why}</Note>}
        {way.kind === 'redirect' ? <RedirectButton /> : <SignInForm />}
      </div>
      <p className="sill">
        <code>{new URL(ISSUER).host}</code>
        <span className="brand">
          <Mark /> Gatehouse
        </span>
      </p>
    </div>
  </main>
)
