/** An element with attributes and children. Text is always text: nothing on this page is parsed as HTML. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, '')
    else if (value !== undefined && value !== false) node.setAttribute(name, value)
  }
  node.append(
    ...children.flat(Number.POSITIVE_INFINITY).filter((child) => child !== undefined && child !== false),
  )
  return node
}

export const icon = (name) => document.importNode(document.getElementById(`icon-${name}`).content, true)

export const badge = (kind, ...words) => el('span', { class: `badge ${kind}` }, ...words)

/** Names and values in two columns; a value may come with a note on what it is for. */
export const facts = (rows) =>
  el(
    'dl',
    { class: 'facts' },
    rows.map(([name, value, note]) => [
      el('dt', {}, name),
      el('dd', {}, el('code', {}, value), note !== undefined && [' ', el('span', { class: 'hint' }, note)]),
    ]),
  )

/** Says in its own words that it worked, then goes back to what it offers. */
export function copyButton(label, text) {
  const words = el('span', {}, label)
  const button = el('button', { class: 'copy-text', type: 'button' }, icon('copy'), words)
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text)
    words.textContent = 'Copied'
    setTimeout(() => {
      words.textContent = label
    }, 2000)
  })
  return button
}
