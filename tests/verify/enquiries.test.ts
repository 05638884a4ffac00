import { beforeEach, expect, test } from 'vitest'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { decodeMessage, encodeMessage, encodeSigned } from '../../src/port.js'
import { type House, house, nhsNumber } from '../support/house.js'
import { journal, wrongIn } from './office.js'

/** A hub that writes into its own journal what nobody said about an enquiry. */

let it: House
beforeEach(async () => {
  it = await house()
  const input = { child: { nhsNumber: nhsNumber(7) }, incident: 'first-known', occurredAt: it.clock.now }
  await it.police.check({ ...input, reference: 'P/1', practitioner: 'p' })
  await it.health.check({ ...input, reference: 'H/1', practitioner: 'p' })
  await it.hub.caughtUp()
  return () => it[Symbol.asyncDispose]()
})

/** The signed words of a party. */
function words(party: string, verb: string, body: object): Uint8Array {
  const key = it.keys.get(party)?.signing
  if (key === undefined) throw new Error('no such key')
  const message = encodeMessage(verb, toJsonBytes(body), it.clock.now, { hub: it.hub.id, party, key })
  return encodeSigned(decodeMessage(message))
}

const one = '0000000001'
const not = (why: string): string => `an enquiry does not stand: ${why}`

test('what did happen stands, in every turn that an enquiry takes', async () => {
  const manager = await it.officer('boss', { roles: ['manager'] })
  await it.first.takeEnquiry(1)
  await manager.assignEnquiry(1, 'second')
  await it.second.askAgency(1, 'where-do-they-live', 2)
  await it.health.answerEnquiry('H/1', 'where-do-they-live', { answer: 'lives-elsewhere', authority: 'E06000001' })
  await it.second.endEnquiry(1, 'private-fostering', { referralMade: 'made-now' })
  it.clock.now += 1
  const input = { child: { nhsNumber: nhsNumber(7) }, incident: 'first-known', occurredAt: it.clock.now }
  await it.police.check({ ...input, reference: 'P/2', practitioner: 'p' })
  await it.hub.caughtUp()
  expect(await it.first.enquiries({ status: 'open' })).toMatchObject([{ number: 2, earlier: 1 }])
  expect(await wrongIn(it)).toEqual([])
})

test('an owner, a question or an end that no officer signed for', async () => {
  const taken = {
    event: 'taken',
    enquiry: one,
    owner: 'second',
    asked: words('first', 'take-enquiry', { enquiry: one }),
  }
  await journal(it, 'enquiry', taken)
  await journal(it, 'enquiry', { ...taken, asked: words('second', 'take-enquiry', { enquiry: '0000000002' }) })
  await journal(it, 'enquiry', { event: 'ended', enquiry: one, outcome: 'visitor' })
  const asked = { event: 'asked', enquiry: one, agency: 'st-marys', reference: 'H/1', question: 'please-register' }
  const other = words('first', 'ask-agency', { enquiry: one, to: 2, question: 'who-is-this-child' })
  await journal(it, 'enquiry', { ...asked, asked: other })
  expect(await wrongIn(it)).toEqual([
    not('its officer did not take it'),
    not('its officer asked for something else'),
    not('no officer said so'),
    not('its officer asked for something else'),
  ])
})

test('an answer that its agency did not give, gave to nobody’s question, or gave once', async () => {
  await it.first.askAgency(1, 'please-register', 2)
  const said = { reference: 'H/1', question: 'please-register', answer: 'registering' }
  const answered = { event: 'answered', enquiry: one, agency: 'st-marys' }
  await journal(it, 'enquiry', { ...answered, asked: words('met-police', 'answer-enquiry', said) })
  const unasked = { ...said, question: 'who-is-this-child' }
  await journal(it, 'enquiry', { ...answered, asked: words('st-marys', 'answer-enquiry', unasked) })
  const own = words('st-marys', 'answer-enquiry', said)
  await journal(it, 'enquiry', { ...answered, asked: own })
  await journal(it, 'enquiry', { ...answered, asked: own })
  expect(await wrongIn(it)).toEqual([
    not('its agency said something else'),
    not('its agency was not asked this'),
    not('it was signed once, and stands there twice'),
  ])
})

test('an enquiry without its check, twice, after none, or gone on with after its end', async () => {
  const { ledger } = await it.context()
  const opened = (await ledger.read(0, await ledger.size())).find(({ entry }) => entry?.type === 'enquiry')?.entry
  const body = fromJsonBytes(opened?.body ?? new Uint8Array()) as Record<string, unknown>
  await journal(it, 'enquiry', body)
  await journal(it, 'enquiry', { ...body, enquiry: '0000000002', checkId: 'ab'.repeat(32) })
  await journal(it, 'enquiry', { ...body, enquiry: '0000000003', earlier: one })
  await it.first.endEnquiry(1, 'visitor')
  await journal(it, 'enquiry', { event: 'moved', enquiry: one })
  await journal(it, 'enquiry', { event: 'moved', enquiry: '0000000009' })
  await journal(it, 'enquiry', { event: 'another' })
  const wrong = await wrongIn(it)
  expect(wrong.slice(0, 5)).toEqual([
    not('its number was used before'),
    not('the check that opened it does not stand before it'),
    not('no enquiry that it follows has ended before it'),
    not('its enquiry had ended, or was open'),
    not('no such enquiry was opened before it'),
  ])
  expect(wrong).toHaveLength(6)
})

test('an end that obliges, without its word on the referral', async () => {
  const ended = { enquiry: one, outcome: 'trafficking-concern' }
  await journal(it, 'enquiry', { event: 'ended', ...ended, asked: words('first', 'end-enquiry', ended) })
  expect(await wrongIn(it)).toEqual([not('its outcome takes another word on the referral')])
})
