/** Where in a file: keys of mappings, positions in lists. */
export type Path = readonly (string | number)[]

/** Something that the file's author should know, in words that go on after the field's name. */
export interface Finding {
  path: Path
  message: string
}

/** Lines and columns begin with 1. */
export interface Place {
  line: number
  column: number
}

/** `clients[0].redirect_uris[1]` */
export const pathText = (path: Path): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '')
