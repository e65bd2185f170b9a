// What went over the wire, in one shape, whether this page or the server side of the application sent it.

/** A `fetch` that keeps what it sent and got. Without cookies, as by an application of another origin. */
export const recorder = (exchanges) => async (url, options) => {
  const response = await fetch(url, { ...options, credentials: 'omit' })
  exchanges.push({
    request: {
      method: options.method,
      url,
      headers: options.headers,
      ...(options.body && { body: String(options.body) }),
    },
    response: {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.clone().text(),
    },
  })
  return response
}

/** Where the browser itself goes: the answer is a page. */
export const navigation = (url) => ({ request: { method: 'GET', url, headers: {} } })

const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`

/** A secret is left for the shell to fill in: `SECRET` of the client stands in the demo's file. */
export function asCurl({ method, url, headers, body, secretOf }) {
  const parts = [method === 'GET' || body !== undefined ? 'curl' : `curl -X ${method}`, quote(url)]
  for (const [name, value] of Object.entries(headers)) {
    const isSecret = secretOf !== undefined && name === 'authorization'
    parts.push(isSecret ? `-u "${secretOf}:$SECRET"` : `-H ${quote(`${name}: ${value}`)}`)
  }
  if (body !== undefined) parts.push(`--data-raw ${quote(body)}`)
  return parts.join(' \\\n  ')
}
