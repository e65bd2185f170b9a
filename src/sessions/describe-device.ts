import type { DescribeDevice } from '../accounts/record-sign-in.ts'
import type { DataKeys } from '../keys/data-keys.ts'
import { readDevice } from '../messaging/user-agent.ts'
import { createKeyedHash } from '../security/keyed-hash.ts'

/** Names without versions: what an update changes is no other device. */
export const describeDevice =
  (keys: Pick<DataKeys, 'current'>): DescribeDevice =>
  (userAgent, language = '') => {
    const device = readDevice(userAgent)
    const { browser = '', system = '', kind = '' } = device
    const { number, key } = keys.current('pepper')
    const print = createKeyedHash(key)(
      'device_fingerprint',
      JSON.stringify([browser, system, kind, language]),
    )
    return {
      ...{ browser: device.browser, system: device.system, kind: device.kind },
      fingerprint: `${number}:${print.subarray(0, 16).toString('base64url')}`,
    }
  }
