// A passkey is made: at the account, in a sign-in, by a one-time link. The page's form answers what was asked.
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
