import { expect, it } from 'vitest'
import { createReceivers } from './receivers.ts'

const time = { now: 0 }
const open = (patience = 1) =>
  createReceivers({ clock: { now: () => time.now }, random: () => 0.5, atOnce: 8, patience })
const answering = (well: boolean) => async () => well
const isWell = (outcome: boolean) => outcome

it('F-162 one that failed is spared until its pause is over, the others are not', async () => {
  const receivers = open()
  expect(await receivers.ask('sick', answering(false), isWell)).toBe(false)
  expect(await receivers.ask('sick', answering(true), isWell)).toBeUndefined()
  expect(await receivers.ask('well', answering(true), isWell)).toBe(true)
  time.now += 2000
  expect(await receivers.ask('sick', answering(true), isWell)).toBe(true)
  expect(await receivers.ask('sick', answering(true), isWell)).toBe(true)
})

it('F-162 one that hangs has half of the room at most, and then one at a time asks for all', async () => {
  const receivers = open()
  const hang = Promise.withResolvers<boolean>()
  const hanging = Array.from({ length: 8 }, () => receivers.ask('sick', () => hang.promise, isWell))
  expect(await receivers.ask('sick', answering(true), isWell)).toBeUndefined()
  expect(await receivers.ask('well', answering(true), isWell)).toBe(true)
  hang.resolve(false)
  await Promise.all(hanging)
  time.now += 60 * 60 * 1000
  const probe = Promise.withResolvers<boolean>()
  const probing = receivers.ask('sick', () => probe.promise, isWell)
  expect(await receivers.ask('sick', answering(true), isWell)).toBeUndefined()
  probe.resolve(true)
  expect(await probing).toBe(true)
  expect(await receivers.ask('sick', answering(true), isWell)).toBe(true)
})

it('one whose request could not be made is spared too', async () => {
  const receivers = open()
  await expect(receivers.ask('sick', () => Promise.reject(new Error('no key')), isWell)).rejects.toThrow()
  expect(await receivers.ask('sick', answering(true), isWell)).toBeUndefined()
})

it('F-162 one that may fail now and then is asked on until it has failed so often running', async () => {
  const receivers = open(3)
  const fail = () => receivers.ask('moody', answering(false), isWell)
  await fail()
  await fail()
  await receivers.ask('moody', answering(true), isWell)
  await fail()
  await fail()
  expect(receivers.room('moody')).toBe(8)
  await fail()
  expect(receivers.room('moody')).toBe(0)
  time.now += 2000
  expect(receivers.room('moody')).toBe(1)
  await fail()
  time.now += 2000
  expect(receivers.room('moody')).toBe(0)
  time.now += 2000
  expect(receivers.room('moody')).toBe(1)
})
