// Comfort for people at a form. Every page is complete without it, and brings all words and controls itself, in
// templates and data attributes, in the reader's language.

const byId = (id) => document.getElementById(id)

function bring(template) {
  const control = document.importNode(template.content, true).firstElementChild
  template.replaceWith(control)
  return control
}

// Show password. Shown text must not reach the browser's form history, so it is hidden again when sent.
for (const template of document.querySelectorAll('template[data-reveal]')) {
  const input = byId(template.dataset.reveal)
  const button = bring(template)
  const show = (shown) => {
    input.type = shown ? 'text' : 'password'
    button.setAttribute('aria-pressed', String(shown))
  }
  button.addEventListener('click', () => show(input.type === 'password'))
  addEventListener('submit', () => show(false))
}

for (const hint of document.querySelectorAll('[data-caps-lock-of]')) {
  const input = byId(hint.dataset.capsLockOf)
  // Filled in by a password manager, `keydown` comes without modifiers.
  const tell = (event) => {
    hint.textContent = event.getModifierState?.('CapsLock') ? hint.dataset.words : ''
  }
  input.addEventListener('keydown', tell)
  input.addEventListener('keyup', tell)
  input.addEventListener('blur', () => {
    hint.textContent = ''
  })
}

// A list is one thing a line, however it lies on the page.
const linesOf = (source) => {
  const items = [...source.querySelectorAll('li')]
  const texts = (items.length > 0 ? items : [source]).map(({ textContent }) => textContent.trim())
  return `${texts.join('\n')}\n`
}

for (const template of document.querySelectorAll('template[data-copy]')) {
  if (!navigator.clipboard) break
  const source = byId(template.dataset.copy)
  const told = document.querySelector(`[data-copied-of="${source.id}"]`)
  bring(template).addEventListener('click', async () => {
    await navigator.clipboard.writeText(linesOf(source).trim())
    told.textContent = told.dataset.words
  })
}

// A file without a way through the server, which has no copy of what is in it.
for (const template of document.querySelectorAll('template[data-download]')) {
  const source = byId(template.dataset.download)
  const { file } = template.dataset
  bring(template).addEventListener('click', () => {
    const link = document.createElement('a')
    link.download = file
    link.href = URL.createObjectURL(new Blob([linesOf(source)], { type: 'text/plain' }))
    link.click()
    URL.revokeObjectURL(link.href)
  })
}

for (const template of document.querySelectorAll('template[data-print]'))
  bring(template).addEventListener('click', () => print())

// What was sent a moment ago can't be sent again at once: its button says when.
for (const button of document.querySelectorAll('[data-wait]')) {
  // Made here, as it takes a browser as long as all the rest of a page before it is painted.
  const seconds = new Intl.NumberFormat(document.documentElement.lang, {
    ...{ style: 'unit', unit: 'second', unitDisplay: 'narrow' },
  })
  const words = button.textContent
  const until = Date.now() + button.dataset.wait * 1000
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000)
    if (left <= 0) {
      button.removeAttribute('aria-disabled')
      button.textContent = words
      return
    }
    button.setAttribute('aria-disabled', 'true')
    button.textContent = button.dataset.waiting.replace('{seconds}', seconds.format(left))
    setTimeout(tick, 1000)
  }
  tick()
}

// A code that is pasted whole is sent.
for (const input of document.querySelectorAll('input.code[inputmode=numeric]')) {
  input.addEventListener('input', ({ inputType }) => {
    const digits = input.value.replace(/[ -]/g, '')
    if (inputType !== 'insertFromPaste' || digits.length !== 6 || !input.checkValidity()) return
    input.form.requestSubmit(input.form.querySelector('button:not([type=button])'))
  })
}

// A form is sent once. Its button stays in place, full in colour and in the tab order, and says what is going on.
const HESITATE = 300
const GIVE_UP = 10_000
let release

addEventListener('submit', (event) => {
  if (release || event.submitter.hasAttribute('aria-disabled')) {
    event.preventDefault()
    return
  }
  const button = event.submitter
  // A row of a list keeps what it is made of: it has no words for this.
  const { busy } = button.dataset
  const words = button.textContent
  button.setAttribute('aria-disabled', 'true')
  const soon = setTimeout(() => {
    button.setAttribute('aria-busy', 'true')
    if (busy) button.textContent = busy
  }, HESITATE)
  // The answer may never come, or the person may stop the loading and want to try again.
  const late = setTimeout(() => release(), GIVE_UP)
  release = () => {
    clearTimeout(soon)
    clearTimeout(late)
    button.removeAttribute('aria-disabled')
    button.removeAttribute('aria-busy')
    if (busy) button.textContent = words
    release = undefined
  }
})
// Back from the next page, as it was left.
addEventListener('pageshow', (event) => {
  if (event.persisted) release?.()
})

// For browsers that know `autofocus` on form controls only.
if (!('autofocus' in HTMLElement.prototype)) document.querySelector('[role=alert][autofocus]')?.focus()
