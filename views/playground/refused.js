/** The answer was no: by the server, or by this client's own checks. */
export class Refused extends Error {
  constructor(code, message) {
    super(message)
    this.code = code
  }
}

/** What to show of any error: a stable word and a sentence. */
export function explain(error) {
  // `fetch` rejects with a bare TypeError, the library's have a code.
  if (error instanceof TypeError && error.code === undefined) {
    return { code: 'no_answer', message: 'The server did not answer.' }
  }
  const { parameters } = error.cause?.[0] ?? {}
  return {
    code: error.error ?? parameters?.error ?? error.code ?? error.name,
    message: error.error_description ?? parameters?.error_description ?? error.message,
  }
}
