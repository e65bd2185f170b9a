// Options and answers of WebAuthn as JSON (Level 3 §5.1.8 to §5.1.10), for browsers too that don't read and write it
// themselves.

export const isSupported = () => globalThis.PublicKeyCredential !== undefined

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0))

const text = (buffer) =>
  btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

const named = (descriptors = []) => descriptors.map((one) => ({ ...one, id: bytes(one.id) }))

export const readRequest = (options) =>
  PublicKeyCredential.parseRequestOptionsFromJSON?.(options) ?? {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: named(options.allowCredentials),
  }

export const readCreation = (options) =>
  PublicKeyCredential.parseCreationOptionsFromJSON?.(options) ?? {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: named(options.excludeCredentials),
  }

export function toJson(credential) {
  if (credential.toJSON) return credential.toJSON()
  const { id, rawId, type, response } = credential
  const parts = ['clientDataJSON', 'authenticatorData', 'signature', 'userHandle', 'attestationObject']
  const given = parts.filter((name) => response[name]).map((name) => [name, text(response[name])])
  const transports = response.getTransports?.()
  return { id, rawId: text(rawId), type, response: { ...Object.fromEntries(given), transports } }
}

// One question at a time: asking another way first ends the one that waits.
let asked

export function begin() {
  asked?.abort()
  asked = new AbortController()
  return asked.signal
}

export const cancel = () => asked?.abort()

const csrf = () => document.querySelector('input[name=csrf]').value

// Of a form of this page or another, without leaving it. Undefined where nothing came back.
export const answerTo = (fields, { at = location.pathname + location.search, ...how } = {}) =>
  fetch(at, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual', ...how }).catch(
    () => undefined,
  )

// What the server asks. Undefined where it doesn't: the page is too old, or somebody has to sign in first.
export async function ask(fields, how) {
  const answer = await answerTo({ csrf: csrf(), action: 'challenge', ...fields }, how)
  return answer?.ok ? (await answer.json()).challenge : undefined
}

// The answer, as any form of the page would send it.
export function send(fields, at = location.href) {
  const form = document.createElement('form')
  form.method = 'post'
  form.action = at
  for (const [name, value] of Object.entries({ csrf: csrf(), ...fields })) {
    const field = document.createElement('input')
    Object.assign(field, { type: 'hidden', name, value })
    form.append(field)
  }
  document.body.append(form)
  form.submit()
}

// Whether the browser can keep a passkey without asking: found out once, and known at once on later pages of this tab, so that
// nothing appears there after the first paint.
const CAPABLE = 'can-keep-passkeys'

export async function canKeep() {
  const able = await globalThis.PublicKeyCredential?.getClientCapabilities?.().catch(() => undefined)
  const can = able?.conditionalCreate === true
  sessionStorage.setItem(CAPABLE, can)
  return can
}

export const cannotKeep = () => sessionStorage.getItem(CAPABLE) === 'false'

// In which session it was asked to.
const KEPT = 'kept-passkey'
export const wasKept = (session) => sessionStorage.getItem(KEPT) === session
export const noteKept = (session) => sessionStorage.setItem(KEPT, session)

// A row that says what is going on: waiting, with a way out, or that nothing came of it.
export function createRow(template) {
  const row = document.importNode(template.content, true).firstElementChild
  template.replaceWith(row)
  row.closest('[hidden]')?.removeAttribute('hidden')
  const [button, stop, told] = ['[data-passkey-button]', '[data-passkey-stop]', '[role=status]'].map((one) =>
    row.querySelector(one),
  )
  stop.addEventListener('click', () => {
    cancel()
    button.focus()
  })
  return {
    button,
    waits: (is) => {
      button.toggleAttribute('aria-busy', is)
      if (is) button.setAttribute('aria-busy', 'true')
      stop.hidden = !is
      told.textContent = is ? row.dataset.waits : ''
    },
    fails: (words = row.dataset.failed) => {
      told.textContent = words
    },
    known: row.dataset.known,
    isWaiting: () => button.hasAttribute('aria-busy'),
  }
}
