// The playground: an application that signs in at this server. Here is when what runs; `actions.js` says what there is.

import { ACTIONS } from './actions.js'
import { asQuery, fillChoices, readChoices } from './choices.js'
import { beginWith, forget, load, save } from './journey.js'
import { attend, clearPanels, showRun, updateActions } from './panels.js'
import { explain } from './refused.js'

const { issuer, resource, refreshReuseGrace, posted } = document.body.dataset
const page = {
  issuer,
  resource,
  refreshReuseGrace: Number(refreshReuseGrace),
  home: `${issuer}/playground`,
  redirectUri: `${issuer}/playground/callback`,
}
const form = document.querySelector('[data-choices]')
const here = new URL(location.href)
let journey = load()
let busy = false

/** Runs one action and shows it, whatever comes of it; true when it went well. `carry`: what its successors need. */
async function run(name, carry = {}) {
  const { step, run: act } = ACTIONS[name]
  const exchanges = []
  const entry = { step, at: Date.now(), exchanges }
  try {
    const { alarm, ...shown } = await act({ journey, page, exchanges, carry })
    Object.assign(entry, shown, { outcome: alarm || shown.code ? 'refused' : 'done' })
  } catch (error) {
    const { code, message } = explain(error)
    Object.assign(entry, { outcome: 'refused', summary: message, code })
  }
  journey.runs.push(entry)
  save(journey)
  const head = showRun(entry)
  updateActions(journey)
  attend(head, entry)
  return entry.outcome === 'done'
}

async function inOrder(names, carry = {}) {
  for (const name of names) if (!(await run(name, carry))) return false
  return true
}

/** A new journey on the same page: what the last one showed goes. */
function beginAnew() {
  clearPanels()
  journey = beginWith(readChoices(form), asQuery(form))
}

const go = (url) => location.assign(url)

/** What buttons do that are no step of their own. */
const CONTROLS = {
  'sign-in': async () => {
    beginAnew()
    if (await inOrder(['discover', 'prepare'])) go(journey.pending.url)
  },
  prepare: async () => {
    beginAnew()
    await inOrder(['discover', 'prepare'])
  },
  leave: () => go(journey.pending.url),
  logout: async () => {
    if (await run('logout')) go(journey.leaving.url)
  },
  share: async (button) => {
    await navigator.clipboard.writeText(`${page.home}?${asQuery(form)}`)
    button.textContent = 'Copied'
  },
  'start-over': () => {
    forget()
    go(page.home)
  },
}

/** One thing at a time: what a second click would do depends on what the first one brings. */
async function exclusively(work) {
  if (busy) return
  busy = true
  try {
    await work()
  } finally {
    busy = false
  }
}

function onClick({ target }) {
  const button = target.closest('[data-action]')
  if (!button || button.ariaDisabled === 'true') return
  const { action } = button.dataset
  void exclusively(() => (CONTROLS[action] ? CONTROLS[action](button) : run(action)))
}

/** Puts the page back to where the tab was, before it went to the server or was reloaded. */
function restore() {
  document.querySelector('[data-scripted]').hidden = false
  fillChoices(form, journey.query)
  if (fillChoices(form, here.search)) form.closest('details').open = true
  for (const entry of journey.runs) showRun(entry)
  updateActions(journey)
}

async function takeAnswer() {
  const answer = new URLSearchParams(posted ?? here.search)
  // The code leaves the address, and the history, before anything else happens.
  if (here.pathname !== '/playground' || here.search !== '') history.replaceState(null, '', '/playground')
  if (here.pathname === '/playground/callback') {
    await inOrder(['callback', 'exchange', 'verify', 'access'], { answer })
  } else if (journey.leaving !== undefined && answer.has('state')) {
    await run('logged-out', { answer })
  }
}

restore()
document.addEventListener('click', onClick)
await exclusively(takeAnswer)
