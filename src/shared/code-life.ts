/** How long a code that was sent, or a question that was asked, may be answered, ms (NIST SP 800-63B-4 §3.1.3.2). */
export const CODE_LIFE = 10 * 60 * 1000

/** What was sent is sent again after so long at the earliest, ms. */
export const RESEND_AFTER = 30 * 1000
