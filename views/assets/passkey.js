// Signing in with a passkey: by the browser's own list at the field for the name, or by a button that stands nowhere
// without this script. The server is asked for a challenge only where there is something to ask with.
import { ask, begin, canKeep, createRow, isSupported, readRequest, send, toJson } from './webauthn.js'

const template = document.querySelector('template[data-passkey]')
// A question lives five minutes; one that is about to end is asked anew.
const SPARE = 30_000

let renewal

async function get(mediation) {
  clearTimeout(renewal)
  const signal = begin()
  const options = await ask({ method: 'passkey' }, { signal })
  if (options === undefined) return undefined
  if (mediation === 'conditional') renewal = setTimeout(offer, options.timeout - SPARE)
  return navigator.credentials.get({ publicKey: readRequest(options), mediation, signal })
}

function answer(credential) {
  clearTimeout(renewal)
  const remember = document.querySelector('input[name=remember]')
  send({
    method: 'passkey',
    response: JSON.stringify(toJson(credential)),
    ...(remember?.checked ? { remember: 'on' } : {}),
  })
}

const canOffer = async () =>
  document.querySelector('input[autocomplete~=webauthn]') !== null &&
  (await PublicKeyCredential.isConditionalMediationAvailable?.()) === true

// In the list of the field for the name. Silent where nothing comes of it.
async function offer() {
  if (!(await canOffer())) return
  const credential = await get('conditional').catch(() => undefined)
  if (credential) answer(credential)
}

if (template && isSupported()) {
  const row = createRow(template)
  row.button.addEventListener('click', async () => {
    if (row.isWaiting()) return
    row.waits(true)
    const credential = await get('optional').catch(() => undefined)
    if (credential) return answer(credential)
    row.waits(false)
    row.fails()
    void offer()
  })
  void offer()
  // For the pages after the sign-in.
  void canKeep()
  // Back from the next page: what waited there is over.
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return
    row.waits(false)
    void offer()
  })
} else {
  document.querySelector('[data-without-passkey]')?.removeAttribute('hidden')
}
