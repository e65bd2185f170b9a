/** A file in MaxMind's format that says what a test wants: https://maxmind.github.io/MaxMind-DB/ */
type Value = string | number | { [name: string]: Value }

/** By IPv4 networks (`203.0.113.0/24`) that don't overlap; the numbers of entries are doubles. */
export function placesFile(
  networks: Readonly<Record<string, Value>>,
  builtAt = Date.UTC(2026, 0, 1),
): Buffer {
  const data: Buffer[] = []
  const nodes: [Branch, Branch][] = [[undefined, undefined]]
  for (const [network, value] of Object.entries(networks)) {
    const [address = '', prefix = '32'] = network.split('/')
    const bits = address.split('.').flatMap((octet) => [...Number(octet).toString(2).padStart(8, '0')])
    let at = 0
    for (const [depth, bit] of bits.slice(0, Number(prefix)).entries()) {
      const node = nodes[at] as [Branch, Branch]
      const side = bit === '1' ? 1 : 0
      if (depth === Number(prefix) - 1) {
        node[side] = { data: Buffer.concat(data).length }
        data.push(encode(value))
        break
      }
      node[side] ??= nodes.push([undefined, undefined]) - 1
      at = node[side] as number
    }
  }
  const tree = nodes.flat().map((branch) => record(branch, nodes.length))
  return Buffer.concat([...tree, Buffer.alloc(16), ...data, MARKER, metadata(nodes.length, builtAt)])
}

type Branch = number | { data: number } | undefined

const MARKER = Buffer.from('abcdef4d61784d696e642e636f6d', 'hex')

function record(branch: Branch, count: number): Buffer {
  const value = branch === undefined ? count : typeof branch === 'number' ? branch : count + 16 + branch.data
  return Buffer.from([value >> 16, (value >> 8) & 255, value & 255])
}

const metadata = (nodes: number, builtAt: number): Buffer =>
  Buffer.concat([
    Buffer.from([(7 << 5) | 9]),
    ...[encode('node_count'), whole(6, nodes), encode('record_size'), whole(5, 24)],
    ...[encode('ip_version'), whole(5, 4), encode('database_type'), encode('Test')],
    ...[encode('languages'), Buffer.from([0, 4]), encode('description'), encode({})],
    ...[
      encode('binary_format_major_version'),
      whole(5, 2),
      encode('binary_format_minor_version'),
      whole(5, 0),
    ],
    ...[encode('build_epoch'), whole(6, builtAt / 1000)],
  ])

function whole(type: number, value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return Buffer.concat([
    Buffer.from([(type << 5) | (type === 5 ? 2 : 4)]),
    type === 5 ? bytes.subarray(2) : bytes,
  ])
}

function encode(value: Value): Buffer {
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(9, (3 << 5) | 8)
    bytes.writeDoubleBE(value, 1)
    return bytes
  }
  if (typeof value === 'string') {
    const text = Buffer.from(value)
    return Buffer.concat([Buffer.from([(2 << 5) | text.length]), text])
  }
  const members = Object.entries(value).flatMap(([name, member]) => [encode(name), encode(member)])
  return Buffer.concat([Buffer.from([(7 << 5) | (members.length / 2)]), ...members])
}
