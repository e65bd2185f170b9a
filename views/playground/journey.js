// What this tab knows of its sign-in, and what it did so far. It outlives the way to the server and back, not the tab.

const KEY = 'gatehouse.playground'

const begin = () => ({ runs: [] })

export const load = () => JSON.parse(sessionStorage.getItem(KEY) ?? 'null') ?? begin()

export const save = (journey) => sessionStorage.setItem(KEY, JSON.stringify(journey))

export const forget = () => sessionStorage.removeItem(KEY)

/** `query`: the choices as the form writes them, to fill it again. */
export const beginWith = (choices, query) => ({ ...begin(), choices, query })
