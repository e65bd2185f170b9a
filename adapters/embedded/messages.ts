/** The little that is to be known of the wire protocol (PostgreSQL's documentation, "Message Formats"). */

/** Before the first typed message come packets without a type: a start-up, or a question about encryption. */
export type Packet =
  | { kind: 'startup' }
  | { kind: 'encryption' }
  | { kind: 'cancel' }
  | { kind: 'message'; type: string; bytes: Buffer }

const CANCEL_REQUEST = 80_877_102
const ENCRYPTION_REQUESTS = [80_877_103, 80_877_104]

/** PostgreSQL's own limit, long before which a stranger has said enough. */
const LONGEST_UNTYPED = 10_000

/** Cuts a stream of chunks into packets; throws where it is not the protocol. */
export function createPacketReader(): (chunk: Buffer) => Packet[] {
  let rest: Buffer = Buffer.alloc(0)
  let started = false
  const next = (): Packet | undefined => {
    const head = started ? 1 : 0
    if (rest.length < head + 4) return undefined
    const end = head + rest.readInt32BE(head)
    if (end < head + 4 || (!started && end > LONGEST_UNTYPED)) throw new Error('not the PostgreSQL protocol')
    if (rest.length < end) return undefined
    const bytes = rest.subarray(0, end)
    rest = rest.subarray(end)
    if (started) return { kind: 'message', type: String.fromCharCode(bytes.readUInt8(0)), bytes }
    const packet = untyped(bytes)
    started = packet.kind === 'startup'
    return packet
  }
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const packets: Packet[] = []
    for (let packet = next(); packet; packet = next()) packets.push(packet)
    return packets
  }
}

function untyped(bytes: Buffer): Packet {
  const code = bytes.length < 8 ? 0 : bytes.readInt32BE(4)
  if (ENCRYPTION_REQUESTS.includes(code)) return { kind: 'encryption' }
  if (code === CANCEL_REQUEST) return { kind: 'cancel' }
  if (code >>> 16 !== 3) throw new Error('not the PostgreSQL protocol, version 3')
  return { kind: 'startup' }
}

/** The same message with the name of its prepared statement changed; one without such a name stays as it is. */
export function renameStatement(type: string, bytes: Buffer, rename: (name: string) => string): Buffer {
  const start = statementNameAt(type, bytes)
  const end = start === undefined ? undefined : bytes.indexOf(0, start)
  if (start === undefined || end === undefined || end <= start) return bytes
  const name = Buffer.from(rename(bytes.toString('utf8', start, end)))
  const renamed = Buffer.concat([bytes.subarray(0, start), name, bytes.subarray(end)])
  renamed.writeInt32BE(renamed.length - 1, 1)
  return renamed
}

/** Where Parse, Bind, Describe and Close have it. */
function statementNameAt(type: string, bytes: Buffer): number | undefined {
  if (type === 'P') return 5
  if (type === 'B') return bytes.indexOf(0, 5) + 1
  if (type === 'D' || type === 'C') return bytes.toString('latin1', 5, 6) === 'S' ? 6 : undefined
  return undefined
}

export const query = (text: string): Buffer => message('Q', `${text}\0`)
export const closeStatement = (name: string): Buffer => message('C', `S${name}\0`)
export const sync = (): Buffer => message('S', '')

/** AuthenticationOk, what clients like to know, ReadyForQuery. The folder's permissions are the authentication. */
export const welcome = (serverVersion: string): Buffer =>
  Buffer.concat([
    message('R', '\0\0\0\0'),
    message('S', `server_version\0${serverVersion}\0`),
    message('S', 'client_encoding\0UTF8\0'),
    message('Z', 'I'),
  ])

function message(type: string, content: string): Buffer {
  const body = Buffer.from(content)
  const head = Buffer.from(`${type}\0\0\0\0`)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}
