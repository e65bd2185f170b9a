/** The base64 of crypt(3): its alphabet, and three bytes a group with the lowest bits first. */
export const CRYPT_ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

export function fromCrypt64(text: string, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0, letter = 0; at < length; at += 3, letter += 4) {
    const group = [...text.slice(letter, letter + 4)].reduce(
      (value, char, place) => value | (CRYPT_ALPHABET.indexOf(char) << (6 * place)),
      0,
    )
    for (let n = 0; n < 3 && at + n < length; n++) bytes[at + n] = (group >> (8 * n)) & 0xff
  }
  return bytes
}
