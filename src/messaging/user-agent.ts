/** The only door to `bowser`: what a person would call their browser and system, as far as the header tells. */
import Bowser from 'bowser'

/** Longer than any honest one; a longer header only costs time. */
const MOST = 512

export function readUserAgent(header: string | undefined): { browser?: string; system?: string } {
  const { kind: _, ...named } = readDevice(header)
  return named
}

/** With what kind of device it is: `desktop`, `mobile`, `tablet` … */
export function readDevice(header: string | undefined): { browser?: string; system?: string; kind?: string } {
  if (header === undefined || header === '') return {}
  const { browser, os, platform } = Bowser.parse(header.slice(0, MOST))
  return {
    ...(browser.name !== undefined && browser.name !== '' && { browser: browser.name }),
    ...(os.name !== undefined && os.name !== '' && { system: os.name }),
    ...(platform.type !== undefined && platform.type !== '' && { kind: platform.type }),
  }
}
