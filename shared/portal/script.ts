/* The one script: every page is complete without it. */

/** The text of the script. */
export const SCRIPT_TEXT = `'use strict'
const field = document.querySelector('[data-from-fragment]')
if (field && location.hash.length > 1) {
  field.value = decodeURIComponent(location.hash.slice(1))
  history.replaceState(null, '', location.pathname)
}
for (const value of document.querySelectorAll('[data-copy]')) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'button quiet small'
  button.textContent = 'Copy'
  button.setAttribute('aria-label', 'Copy ' + value.dataset.copy)
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(value.textContent)
      button.textContent = 'Copied'
    } catch {
      getSelection().selectAllChildren(value)
      button.textContent = 'Press Ctrl+C'
    }
    setTimeout(() => { button.textContent = 'Copy' }, 2000)
  })
  value.after(button)
}
`
