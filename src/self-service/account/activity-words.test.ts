import { expect, it, test } from 'vitest'
import { CATALOGUE, type EventType, isEventType } from '../../audit/catalogue.ts'
import { activity } from '../../pages/gallery-account.ts'
import { ACTIVITY_WORDS } from './activity-words.ts'

const TYPES = Object.keys(CATALOGUE).filter(isEventType)

/** About accounts, and yet not told: each has its reason there. */
const INSIDE: readonly EventType[] = ['registration.asked', 'user.deleted', 'user.link_created']

test.each(TYPES)('%s is decided on', (type) => {
  expect(Object.hasOwn(ACTIVITY_WORDS, type)).toBe(true)
})

test.each(
  TYPES.filter((type) =>
    /^(?:login|mfa|identity|password|email|registration|user|consent|session|device)\./.test(type),
  ),
)('%s, which is about an account, is told to its person', (type) => {
  expect(Boolean(ACTIVITY_WORDS[type])).toBe(!INSIDE.includes(type))
})

it('no two are told in the same words, and all are looked at', () => {
  const words = Object.values(ACTIVITY_WORDS).filter(Boolean)
  expect(new Set(words).size).toBe(words.length)
  expect(activity.events.map(({ what }) => what).toSorted()).toEqual(words.toSorted())
})
