/** Of an address: a picture of more is hard to scan. */
const LONGEST = 64

/**
 * What an app reads from the picture (Key Uri Format): the secret, whose it is and at which host. Of algorithm, digits and
 * period nothing is said: ours are those that every app takes.
 */
export function totpAddress(secret: string, { email, host }: { email: string; host: string }): string {
  const [issuer, account] = [host, email.slice(0, LONGEST)].map((text) =>
    encodeURIComponent(text.toWellFormed()),
  )
  return `otpauth://totp/${issuer}:${account}?secret=${secret}&issuer=${issuer}`
}
