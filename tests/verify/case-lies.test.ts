import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseSignedRequest } from '../../src/case/messages.js'
import { signRequest } from '../../src/case/opening.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { encodeMessage } from '../../src/port.js'
import { keyOf } from '../support/forge.js'
import { HOUR, type House } from '../support/house.js'
import { busyHouse, journal, wrongIn } from './office.js'

// A hub that writes into its journal what did not happen to a case, or not so.
let busy: House
let childId: Uint8Array

beforeEach(async () => {
  busy = await busyHouse()
  childId = (await bodyOf('case')).childId as Uint8Array
})
afterEach(() => busy[Symbol.asyncDispose]())

async function bodyOf(type: string): Promise<Record<string, unknown>> {
  const { ledger } = await busy.context()
  const found = (await ledger.read(0, 1_000)).find(({ entry }) => entry?.type === type)
  if (found?.entry === undefined) throw new Error(`no ${type}`)
  return fromJsonBytes(found.entry.body) as Record<string, unknown>
}

/** What an officer signed, at the hub's present instant or another. */
function words(officer: string, verb: string, body: object, at = busy.clock.now): Uint8Array {
  return encodeMessage(verb, toJsonBytes(body), at, {
    hub: busy.hub.id,
    party: officer,
    key: keyOf(busy, officer).signing,
  })
}

const says = (event: object) => journal(busy, 'case', { case: 1, childId, ...event })
const wrong = (why: string): string => `a case does not stand: ${why}`

test('an officer’s work that they did not sign, signed for something else, or at another time', async () => {
  const asked = words('second', 'join-case', { case: 1, because: 'supervision' })
  const needed = { event: 'needed', officer: 'second', because: 'supervision', asked }
  await says({ ...needed, officer: 'third' })
  await says({ ...needed, because: 'duty-desk' })
  await says({ ...needed, asked: words('second', 'take-case', { case: 1 }) })
  const old = words('second', 'join-case', { case: 1, because: 'supervision' }, busy.clock.now - HOUR)
  await says({ ...needed, asked: old })
  await says({ ...needed, asked: words('second', 'join-case', { case: 2, because: 'supervision' }) })
  expect(await wrongIn(busy)).toEqual([
    wrong('another officer asked for it'),
    wrong('its officer asked for something else'),
    wrong('its officer asked for something else'),
    wrong('its officer asked for it at another time'),
    wrong('its officer asked for something else'),
  ])
})

test('work by whoever has not the role for it, or for whoever has not', async () => {
  await busy.officer('records', { roles: ['records'] })
  await says({
    event: 'needed',
    officer: 'records',
    because: 'duty-desk',
    asked: words('records', 'join-case', { case: 1, because: 'duty-desk' }),
  })
  const assign = (officer: string, to: string) => words(officer, 'assign-case', { case: 1, to })
  await says({ event: 'assigned', officer: 'second', to: 'third', as: 'manager', asked: assign('second', 'third') })
  await says({ event: 'assigned', officer: 'second', to: 'third', as: 'owner', asked: assign('second', 'third') })
  await says({ event: 'assigned', officer: 'first', to: 'records', as: 'owner', asked: assign('first', 'records') })
  await says({ event: 'taken', officer: 'second', from: 'first', asked: words('second', 'take-case', { case: 1 }) })
  expect(await wrongIn(busy)).toEqual([
    wrong('its officer did not work cases'),
    wrong('whoever assigned it was no manager'),
    wrong('only its owner or a manager assigns a case'),
    wrong('whoever was to have it could not work cases'),
    wrong('it was taken from an officer who could work'),
  ])
})

test('what cannot happen to the case as it stands, or happened to nobody’s', async () => {
  await says({ event: 'taken', officer: 'second', asked: words('second', 'take-case', { case: 1 }) })
  await says({ event: 'opened', officer: 'first', opening: 'ab'.repeat(16) })
  await says({ event: 'referred', officer: 'first', referral: 9, to: 'st-marys', because: 'acts-on-referral' })
  await says({ event: 'joined', officers: ['first', 'second'], link: 3 })
  await journal(busy, 'case', { event: 'split', case: 8, childId })
  await journal(busy, 'case', { event: 'split', case: 1, childId: new Uint8Array(16) })
  await says({ event: 'reopened' })
  const body = { case: 1, reason: 'assessed', outcome: 'unfounded' }
  await says({ event: 'closed', ...body, officers: ['first'], position: 1_000, asked: words('first', 'close', body) })
  expect(await wrongIn(busy)).toEqual([
    wrong('another officer has this case: its owner or a manager can assign it'),
    'a case does not stand: no opening stands before it',
    wrong('no such referral was sent to this agency'),
    wrong('no link stands where it says'),
    wrong('the case was never raised'),
    wrong('it is about another child'),
    expect.stringMatching(/^a case does not stand: case/),
    wrong('it closes away what came after it'),
  ])
})

test('an opening by an officer of whom it is not on record that they need to know', async () => {
  const { request } = parseSignedRequest(await bodyOf('opening'))
  const other = { ...request, officer: 'second', opening: new Uint8Array(16).fill(5) }
  await journal(busy, 'opening', signRequest(busy.hub.id, other, keyOf(busy, 'second').signing))
  expect(await wrongIn(busy)).toEqual([
    'an opening does not stand: that its officer needed to know of the case is not on record',
  ])
})

test('a second open case of a child, and one person who closes what was never opened', async () => {
  const raised = await bodyOf('case')
  await journal(busy, 'case', { ...raised, case: 2 })
  const { ledger } = await busy.context()
  const position = (await ledger.size()) - 1
  const body = { case: 1, reason: 'assessed', outcome: 'unfounded' }
  await says({ event: 'closed', ...body, officers: ['first'], position, asked: words('first', 'close', body) })
  expect(await wrongIn(busy)).toEqual([wrong('a case of this child is open')])
})
