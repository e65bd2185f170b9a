import { badge, copyButton, el, facts } from './dom.js'
import { asCurl } from './exchanges.js'

/** One request and its answer, folded: whoever wants to know opens it. */
export function showExchange({ request, response }) {
  const { pathname } = new URL(request.url)
  const status = response && badge(response.status < 400 ? 'ok' : 'danger', String(response.status))
  return el(
    'details',
    { class: 'exchange' },
    el(
      'summary',
      {},
      el('code', {}, `${request.method} ${pathname}`),
      ' ',
      status ?? badge('', 'by the browser'),
    ),
    el('div', { class: 'exchange-body' }, showRequest(request), response && showResponse(response)),
  )
}

function showRequest(request) {
  const { origin, pathname, searchParams } = new URL(request.url)
  const parameters = [...searchParams, ...(isForm(request) ? new URLSearchParams(request.body) : [])]
  return el(
    'div',
    {},
    el(
      'div',
      { class: 'between' },
      el('p', { class: 'label' }, 'Request'),
      copyButton('Copy as curl', asCurl(request)),
    ),
    el('p', {}, el('code', {}, `${request.method} ${origin}${pathname}`)),
    parameters.length > 0 && section('Parameters', facts(parameters)),
    Object.keys(request.headers).length > 0 && section('Headers', facts(Object.entries(request.headers))),
  )
}

const isForm = ({ headers, body }) =>
  body !== undefined && headers['content-type']?.startsWith('application/x-www-form-urlencoded')

function showResponse({ status, headers, body }) {
  return el(
    'div',
    {},
    el('p', { class: 'label' }, `Answer: ${status}`),
    body !== '' && section('Body', el('pre', {}, pretty(body))),
    section('Headers', facts(Object.entries(headers))),
  )
}

const section = (name, content) => el('div', {}, el('p', { class: 'label' }, name), content)

function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2)
  } catch {
    return body
  }
}
