/** A mail is a document of its own, with its own styles: it gets no more than to be shown. */
export const MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
