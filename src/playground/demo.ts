/** What the playground reads of the demo's sign-ins (`DATA_DIR/demo.json`). */
export interface Demo {
  clients: readonly { client_id: string; client_secret?: string | undefined }[]
  user?: { email: string; password: string } | undefined
}

/** Undefined where there is no demo (any more). */
export type ReadDemo = () => Promise<Demo | undefined>
