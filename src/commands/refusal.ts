/** What was asked for can't be done, in a sentence for the person at the terminal: exit 1. */
export class Refusal extends Error {
  constructor(sentence: string) {
    super(sentence)
    this.name = 'Refusal'
  }
}
