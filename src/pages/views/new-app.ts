import { qrCode } from '../qr-code.ts'
import { safeText } from '../safe-text.ts'

/** What an authenticator app is shown (`parts/new-app`): a picture, and the same to be typed. */
export const newApp = ({ secret, address }: { secret: string; address: string }) => ({
  ...pictureOf(address),
  secret: safeText(secret, LONGEST_SECRET).replace(/.{4}(?!$)/g, '$& '),
})

/** Of 64 bytes in base32. */
const LONGEST_SECRET = 103
/** As much as fits in with room to spare; what is longer has to be typed. */
const LONGEST_ADDRESS = 1500

const pictureOf = (address: string) =>
  address.startsWith('otpauth://totp/') && address.length <= LONGEST_ADDRESS
    ? { qr: qrCode(address), address }
    : {}
