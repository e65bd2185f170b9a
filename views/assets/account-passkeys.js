// The browser is told which passkeys are still good, so that it offers no other.
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
