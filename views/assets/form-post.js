// Sends the form at once. A field may be named "submit" and shadow the form's own method.
HTMLFormElement.prototype.submit.call(document.querySelector('form'))
