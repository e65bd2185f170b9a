/** The only door to `bowser`: what a person would call their browser and system, as far as the header tells. */
import Bowser from 'bowser'

/** Longer than any honest one; a longer header only costs time. */
const MOST = 512

/** So many are remembered: a server meets the same few again and again, and reading one tries hundreds of patterns. */
const KEPT = 500

interface Device {
  browser?: string
  system?: string
  /** `desktop`, `mobile`, `tablet` … */
  kind?: string
}

const known = new Map<string, Device>()

export function readUserAgent(header: string | undefined): Omit<Device, 'kind'> {
  const { kind: _, ...named } = readDevice(header)
  return named
}

/** With what kind of device it is. */
export function readDevice(header: string | undefined): Readonly<Device> {
  if (header === undefined || header === '') return {}
  const text = header.slice(0, MOST)
  const found = known.get(text)
  if (found !== undefined) return found
  if (known.size >= KEPT) known.clear()
  const device = parse(text)
  known.set(text, device)
  return device
}

function parse(header: string): Device {
  const { browser, os, platform } = Bowser.parse(header)
  return {
    ...(browser.name !== undefined && browser.name !== '' && { browser: browser.name }),
    ...(os.name !== undefined && os.name !== '' && { system: os.name }),
    ...(platform.type !== undefined && platform.type !== '' && { kind: platform.type }),
  }
}
