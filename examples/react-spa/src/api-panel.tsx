import { useGatehouse } from '@gatehouse/react'
import { type ReactNode, useState } from 'react'
import { Note } from './note.tsx'
import { sentenceOf } from './sentences.ts'
import { useCalls } from './use-calls.ts'
import { ISSUER } from './ways.ts'

/** Stands for an API of yours: `origins` names it, so `fetch` brings it the access token. */
const API = `${ISSUER}/oauth2/userinfo`

export function ApiPanel(): ReactNode {
  const gatehouse = useGatehouse()
  const { pending, error, call } = useCalls()
  const [answer, setAnswer] = useState<{ status: number; body: string }>()
  const ask = async (): Promise<void> => {
    const response = await gatehouse.fetch(API)
    setAnswer({ status: response.status, body: JSON.stringify(await response.json(), null, 2) })
  }
  return (
    <section className="panel">
      <header>
        <div>
          <h2>An API</h2>
          <p>
            <code>GET {new URL(API).pathname}</code>, with the access token and a proof of the key.
          </p>
        </div>
        <button type="button" aria-busy={pending} onClick={() => call(ask)}>
          Call
        </button>
      </header>
      {error && <Note kind="alert">{sentenceOf(error)}</Note>}
      {answer && (
        <figure>
          <figcaption>
            <span role="status">Answered {answer.status}</span>
          </figcaption>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard */}
          <pre tabIndex={0}>{answer.body}</pre>
        </figure>
      )}
    </section>
  )
}
