/** A file of addresses and networks, one a line: `203.0.113.7`, `198.51.100.0/24`, `2001:db8::/32`; # begins a comment. */
import { BlockList, isIP } from 'node:net'

export interface AddressList {
  has(address: string): boolean
  entries: number
  /** Lines that say nothing of the kind, by their numbers. They are left out. */
  bad: readonly number[]
}

/** Throws where no line of the file can be read: that is no such file. */
export function readAddressList(bytes: Buffer): AddressList {
  const list = new BlockList()
  const bad: number[] = []
  let entries = 0
  for (const [index, line] of bytes
    .toString('utf8')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const [entry = ''] = line.split(/[#;]/)
    if (entry.trim() === '') continue
    if (add(list, entry.trim())) entries++
    else bad.push(index + 1)
  }
  if (entries === 0 && bad.length > 0) throw new Error('no line of it is an address or a network')
  return { has: (address) => check(list, address), entries, bad }
}

const PREFIX = /^\d{1,3}$/

function add(list: BlockList, entry: string): boolean {
  const [address = '', prefix, ...more] = entry.split('/')
  const version = isIP(address)
  const longest = version === 6 ? 128 : 32
  if (version === 0 || more.length > 0 || address.includes('%')) return false
  if (prefix !== undefined && !(PREFIX.test(prefix) && Number(prefix) <= longest)) return false
  list.addSubnet(address, prefix === undefined ? longest : Number(prefix), version === 6 ? 'ipv6' : 'ipv4')
  return true
}

function check(list: BlockList, text: string): boolean {
  const [address = ''] = text.split('%')
  const version = isIP(address)
  return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4')
}
