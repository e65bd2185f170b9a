// The form "Change the request" as data, and as an address that can be handed on: it holds no secret.

export function readChoices(form) {
  const data = new FormData(form)
  const resource = data.get('resource') ?? undefined
  const scopes = ['openid', ...data.getAll('scope'), ...(resource ? data.getAll('resource-scope') : [])]
  return {
    client: data.get('client'),
    scope: scopes.join(' '),
    resource,
    prompt: data.get('prompt') || undefined,
    responseMode: data.get('response_mode'),
    par: data.has('par'),
  }
}

export const asQuery = (form) => new URLSearchParams(new FormData(form)).toString()

/** Writes what a query asks for into the form; true when it asks for anything. */
export function fillChoices(form, query) {
  const wanted = new URLSearchParams(query)
  if (!wanted.has('client')) return false
  for (const field of form.elements) {
    if (!field.name || field.disabled) continue
    if (field.type === 'checkbox' || field.type === 'radio') {
      field.checked = wanted.getAll(field.name).includes(field.value)
    } else if ([...field.options].some(({ value }) => value === wanted.get(field.name))) {
      field.value = wanted.get(field.name)
    }
  }
  return true
}
