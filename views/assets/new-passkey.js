// A passkey is made by a press: at the account, in a sign-in, by a one-time link. The page's form answers what was asked.
import {
  ask,
  begin,
  cannotKeep,
  createRow,
  isSupported,
  readCreation,
  send,
  toJson,
  wasKept,
} from './webauthn.js'

const template = document.querySelector('template[data-new-passkey]')
// Absent: this page.
const { at } = template?.dataset ?? {}

async function create() {
  const signal = begin()
  const options = await ask({}, { signal, at })
  if (signal.aborted) throw signal.reason
  // Whose sign-in is too old signs in first, and is led back there.
  if (options === undefined) return send({ action: 'add' }, at)
  const credential = await navigator.credentials.create({ publicKey: readCreation(options), signal })
  send({ response: JSON.stringify(toJson(credential)) }, at)
}

// Where the browser may yet keep one by itself nobody has to be asked.
function isLeftToBrowser() {
  const kept = document.querySelector('[data-kept-passkey]')
  return kept !== null && !cannotKeep() && !wasKept(kept.dataset.keptPasskey)
}

const isWanted = template !== null && !(template.hasAttribute('data-offer') && isLeftToBrowser())
if (isWanted && isSupported()) {
  const row = createRow(template)
  row.button.addEventListener('click', async () => {
    if (row.isWaiting()) return
    row.waits(true)
    await create().catch((error) => {
      row.waits(false)
      row.fails(error.name === 'InvalidStateError' ? row.known : undefined)
    })
  })
} else {
  document.querySelector('[data-without-new-passkey]')?.removeAttribute('hidden')
}
