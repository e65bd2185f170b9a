export const base64url = (bytes: ArrayBuffer | Uint8Array): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=/g, '')

export const utf8 = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value)

/** 256 bits that nobody can guess. */
export const random = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)))

export const sha256 = async (value: string): Promise<string> =>
  base64url(await crypto.subtle.digest('SHA-256', utf8(value)))

/** Empty where it is none. */
export function fromBase64url(value = ''): string {
  try {
    const binary = atob(value.replace(/-/g, '+').replace(/_/g, '/'))
    return new TextDecoder().decode(Uint8Array.from(binary, (sign) => sign.charCodeAt(0)))
  } catch {
    return ''
  }
}
