/** The only door to `qr`. */
import encodeQR from 'qr'

export interface QrCode {
  /** Modules on a side, with the quiet zone. */
  size: number
  /** The dark ones, as the path of an SVG: digits and commands only. */
  path: string
}

/** Four modules (ISO/IEC 18004 §5.3.8): without them cameras don't find it. */
const QUIET_ZONE = 4

export function qrCode(text: string): QrCode {
  const rows = encodeQR(text, 'raw', { border: QUIET_ZONE, ecc: 'medium' })
  const path = rows.flatMap((row, y) => runsIn(row).map(([x, width]) => `M${x} ${y}h${width}v1h-${width}z`))
  return { size: rows.length, path: path.join('') }
}

/** Dark modules that lie side by side: where they begin, and how many they are. */
function runsIn(row: readonly boolean[]): [number, number][] {
  const runs: [number, number][] = []
  for (const [x, dark] of row.entries()) {
    const last = runs.at(-1)
    if (!dark) continue
    if (last !== undefined && last[0] + last[1] === x) last[1]++
    else runs.push([x, 1])
  }
  return runs
}
