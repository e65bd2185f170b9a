import { badge, copyButton, el, facts, icon } from './dom.js'
import { readJwt } from './jwt.js'
import { TIME_CLAIMS, timeInWords } from './times.js'

/** A token as it was sent, and, if it is a JWT, what it says. `verdict`: what a check of its signature came to. */
export function showToken({ name, value, verdict, folded = false }) {
  const jwt = readJwt(value)
  const pending = jwt === undefined ? 'Opaque: only the server can read it' : 'Not checked yet'
  return el(
    'details',
    { class: 'token', open: !folded },
    el(
      'summary',
      {},
      el('h4', {}, name),
      ' ',
      verdict === undefined ? badge('', pending) : badge('ok', icon('check'), verdict),
    ),
    el(
      'div',
      {},
      jwt === undefined
        ? el('p', { class: 'raw' }, el('code', {}, value))
        : [part('Header', jwt.header), part('Payload', jwt.payload), asSent(value)],
      copyButton('Copy token', value),
    ),
  )
}

const part = (name, values) =>
  el('div', { class: name.toLowerCase() }, el('p', { class: 'label' }, name), showClaims(values))

/** Claims with what people can read: times get their words. */
export const showClaims = (values) =>
  facts(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
      TIME_CLAIMS.has(name) ? timeInWords(value, Date.now()) : undefined,
    ]),
  )

const PARTS = ['header', 'payload', 'signature']

function asSent(value) {
  const parts = value
    .split('.')
    .flatMap((text, index) => [...(index > 0 ? ['.'] : []), el('span', { class: PARTS[index] }, text)])
  return el(
    'details',
    {},
    el('summary', {}, 'As it was sent'),
    el('p', { class: 'raw' }, el('code', {}, ...parts)),
  )
}
