/** What can't be read, or is no object, has no members. */
export function objectIn(text: string | null | undefined): Readonly<Record<string, unknown>> {
  try {
    return { ...JSON.parse(text ?? '') }
  } catch {
    return {}
  }
}
