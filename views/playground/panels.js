// The ten panels: what each step did, whether it went well, and which buttons can be used now.

import { ACTIONS } from './actions.js'
import { badge, el, facts, icon } from './dom.js'
import { showExchange } from './show-exchange.js'
import { showClaims, showToken } from './show-token.js'
import { clockTime } from './times.js'

export function showRun(run) {
  const { step, at, outcome, summary, note, code, facts: rows, claims, tokens = [], exchanges } = run
  const head = el(
    'h3',
    { class: 'run-head', tabindex: '-1' },
    sign(outcome),
    el('span', {}, summary, code !== undefined && [' ', badge('danger', code)]),
    ' ',
    el('time', { datetime: new Date(at).toISOString() }, clockTime(at)),
  )
  document
    .getElementById(step)
    .append(
      el(
        'div',
        { class: 'panel-part run' },
        head,
        note !== undefined && el('p', {}, note),
        rows !== undefined && facts(rows),
        claims !== undefined && showClaims(claims),
        tokens.map(showToken),
        exchanges.map(showExchange),
      ),
    )
  mark(step, outcome)
  return head
}

const sign = (outcome) =>
  outcome === 'done'
    ? el('span', { class: 'good' }, icon('check'))
    : el('span', { class: 'bad' }, icon('stop'))

function mark(step, state) {
  const link = document.querySelector(`[data-link="${step}"]`)
  const said = state === 'waiting' ? [] : [sign(state), el('span', { class: 'unseen' }, state)]
  link.querySelector('[data-said]').replaceChildren(...said)
  for (const place of [link, document.getElementById(step)]) place.dataset.state = state
}

/** Takes away what was shown, for a new beginning. */
export function clearPanels() {
  for (const run of document.querySelectorAll('.run')) run.remove()
  for (const panel of document.querySelectorAll('[data-step]')) mark(panel.id, 'waiting')
}

/** Where the person reads on, told to those who listen as well. */
export function attend(head, { step, summary }) {
  head.focus()
  const { textContent: title } = document.getElementById(`${step}-title`)
  document.querySelector('[data-status]').textContent = `${title}: ${summary}`
}

/** A button that can't be used now stays reachable and says why; one whose time has not come is not there. */
export function updateActions(journey) {
  for (const panel of document.querySelectorAll('[data-step]')) {
    const part = panel.querySelector('[data-actions]')
    if (part === null) continue
    const reasons = [...part.querySelectorAll('[data-action]')].map((button) => updateAction(button, journey))
    part.hidden = reasons.every((reason) => reason === '')
    const told = [...new Set(reasons)].filter(Boolean)
    part.querySelector('[data-why]').textContent = told.join(' ')
  }
  document.querySelector('[data-action="start-over"]').hidden = journey.runs.length === 0
}

function updateAction(button, journey) {
  const reason = ACTIONS[button.dataset.action].why?.(journey)
  button.hidden = reason === ''
  button.ariaDisabled = reason ? 'true' : null
  return reason
}
