// After a sign-in by password the browser is asked to keep a passkey (WebAuthn Level 3, conditional creation): without a word
// to anybody, once in each session and tab. Whoever leaves the page meanwhile leaves it.
import {
  answerTo,
  ask,
  begin,
  canKeep,
  isSupported,
  noteKept,
  readCreation,
  toJson,
  wasKept,
} from './webauthn.js'

const { keptPasskey: session, csrf, at } = document.querySelector('[data-kept-passkey]').dataset

async function keep() {
  if (!(await canKeep())) return
  const signal = begin()
  const options = await ask({ csrf, silent: 'on' }, { signal, at })
  if (options === undefined) return
  const publicKey = readCreation(options)
  const credential = await navigator.credentials.create({ publicKey, mediation: 'conditional', signal })
  const response = JSON.stringify(toJson(credential))
  const answer = await answerTo({ csrf, response }, { at, keepalive: true })
  // What was not taken would be offered at every sign-in.
  if (!answer?.ok) {
    const facts = { rpId: options.rp.id, credentialId: credential.id }
    await PublicKeyCredential.signalUnknownCredential?.(facts)
  }
}

if (isSupported() && !wasKept(session)) {
  noteKept(session)
  keep().catch(() => {})
}
