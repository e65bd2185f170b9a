// How strong a new password is, as the server sees it while it is typed: four steps and a word, and in the place of the
// hint what speaks against it. Never in red: nobody has finished yet. Without an answer the page is as it was.

const PAUSE = 300

for (const rating of document.querySelectorAll('[data-strength-of]')) {
  const input = document.getElementById(rating.dataset.strengthOf)
  const steps = rating.querySelector('.strength')
  const word = rating.querySelector('[role=status]')
  const hint = document.getElementById(`${input.id}-hint`)
  const usual = hint?.textContent
  hint?.setAttribute('aria-live', 'polite')

  const show = ({ score = 0, refusal, word: said = '', advice = usual } = {}) => {
    steps.dataset.steps = refusal ? Math.min(score, 1) : score
    word.textContent = said
    if (hint) hint.textContent = advice
  }

  const ask = async (signal) => {
    const typedIn = (selector) => input.form?.querySelector(selector)?.value || undefined
    const known = { email: typedIn('[name=email], [autocomplete=username]'), name: typedIn('[name=name]') }
    try {
      const answer = await fetch('/password-strength', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ password: input.value, ...known }),
        signal,
      })
      const said = answer.ok ? await answer.json() : undefined
      if (!signal.aborted) show(said)
    } catch {
      if (!signal.aborted) show()
    }
  }

  show()

  let pause
  let asked
  input.addEventListener('input', () => {
    clearTimeout(pause)
    asked?.abort()
    asked = new AbortController()
    const { signal } = asked
    if (input.value === '') show()
    else pause = setTimeout(ask, PAUSE, signal)
  })
}
