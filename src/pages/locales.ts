/** Every language the pages speak, the first being the fallback. A catalogue that lacks a key does not compile. */
import ar from '../../views/locales/ar.json' with { type: 'json' }
import de from '../../views/locales/de.json' with { type: 'json' }
import en from '../../views/locales/en.json' with { type: 'json' }

export type MessageKey = keyof typeof en
export type Catalogue = Record<MessageKey, string>
/** BCP 47 tag of a catalogue. */
export type Locale = string

export const CATALOGUES: Record<Locale, Catalogue> = { en, de, ar }
