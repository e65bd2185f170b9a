/** A folder that can't be used, in a sentence that names the file. */
export class DataFolderFault extends Error {
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options)
    this.name = 'DataFolderFault'
  }
}

export const faultIn = (path: string, fault: string, cause?: unknown): DataFolderFault =>
  new DataFolderFault(`${path} ${fault}`, { cause })
