// Passkeys are added here, and the browser is told which of them are still good, so that it offers no other.
import { ask, begin, createRow, isSupported, readCreation, send, toJson } from './webauthn.js'

const template = document.querySelector('template[data-new-passkey]')

async function create() {
  const signal = begin()
  const options = await ask({}, signal)
  if (signal.aborted) throw signal.reason
  // Whose sign-in is too old signs in first, and is led back here.
  if (options === undefined) return send({ action: 'add' })
  const credential = await navigator.credentials.create({ publicKey: readCreation(options), signal })
  send({ response: JSON.stringify(toJson(credential)) })
}

if (template && isSupported()) {
  const row = createRow(template)
  row.button.addEventListener('click', async () => {
    if (row.isWaiting()) return
    row.waits(true)
    await create().catch((error) => {
      row.waits(false)
      row.fails(error.name === 'InvalidStateError' ? row.known : undefined)
    })
  })
} else if (template) {
  document.querySelector('[data-without-new-passkey]')?.removeAttribute('hidden')
}

// What was removed is remembered until the page says so: a form may be refused.
const REMOVED = 'removed-passkey'
for (const form of document.querySelectorAll('form[data-removes]'))
  form.addEventListener('submit', () => sessionStorage.setItem(REMOVED, form.dataset.removes))

const known = JSON.parse(document.querySelector('[data-passkeys]').dataset.passkeys)
const signal = (name, facts) => globalThis.PublicKeyCredential?.[name]?.(facts).catch(() => {})

const removed = sessionStorage.getItem(REMOVED)
sessionStorage.removeItem(REMOVED)
if (removed && !known.allAcceptedCredentialIds.includes(removed))
  signal('signalUnknownCredential', { rpId: known.rpId, credentialId: removed })
if (known.userId) {
  const { rpId, userId, name, displayName, allAcceptedCredentialIds } = known
  signal('signalAllAcceptedCredentials', { rpId, userId, allAcceptedCredentialIds })
  signal('signalCurrentUserDetails', { rpId, userId, name, displayName })
}
