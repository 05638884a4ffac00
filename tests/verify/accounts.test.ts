import { beforeEach, expect, test } from 'vitest'
import type { Officer } from '../../src/index.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { decodeMessage, encodeMessage, encodeSigned } from '../../src/port.js'
import { childDetails, DAY, type House, house, nhsNumber } from '../support/house.js'
import { journal, wrongIn } from './office.js'

/** A hub that writes into its own journal what nobody said about an account. */

let it: House
let clerk: Officer
beforeEach(async () => {
  it = await house()
  clerk = await it.officer('clerk', { roles: ['records'] })
  await it.register(childDetails(7))
  const { agencyChildId } = await it.school.identify({ nhsNumber: nhsNumber(7) }, 'p')
  const understanding = { understands: true, assessedBy: 'the nurse' }
  await it.school.askAccount({ agencyChildId, reference: 'C/1', for: 'child', understanding })
  await it.school.askAccount({ agencyChildId, reference: 'C/2', for: 'carer' })
  return () => it[Symbol.asyncDispose]()
})

function words(party: string, verb: string, body: object): Uint8Array {
  const key = it.keys.get(party)?.signing
  if (key === undefined) throw new Error('no such key')
  const message = encodeMessage(verb, toJsonBytes(body), it.clock.now, { hub: it.hub.id, party, key })
  return encodeSigned(decodeMessage(message))
}

async function last(event: string): Promise<Record<string, unknown>> {
  const { ledger } = await it.context()
  const bodies = (await ledger.read(0, await ledger.size())).flatMap(({ entry }) =>
    entry?.type === 'account' ? [fromJsonBytes(entry.body) as Record<string, unknown>] : [],
  )
  return bodies.findLast((body) => body.event === event) ?? {}
}

const not = (why: string): string => `an account does not stand: ${why}`
const until = (): number => it.clock.now + 30 * DAY

test('what did happen stands, in every turn that a request takes', async () => {
  await clerk.delayAccount(1, 'complexity', 1)
  const what = { parts: ['cases'], reason: 'crime', until: until() } as const
  await clerk.withhold(1, what)
  await it.first.withhold(1, what)
  await clerk.account(1)
  await clerk.account(2)
  await clerk.endAccount(1, 'given')
  await clerk.endAccount(2, 'not-collected')
  expect(await wrongIn(it)).toEqual([])
})

test('a request that no agency made, or whose number was used, or that a child does not understand', async () => {
  const asked = await last('asked')
  await journal(it, 'account', asked)
  await journal(it, 'account', { ...asked, account: 3, agency: 'st-marys' })
  const body = { agencyChildId: 'x', reference: 'C/3', for: 'child' }
  await journal(it, 'account', { ...asked, account: 4, asked: words('hill-school', 'ask-account', body) })
  expect(await wrongIn(it)).toEqual([
    not('its number was used before'),
    not('its agency did not ask for it'),
    not('nobody judged whether its child understands it, or somebody did of a carer'),
  ])
})

test('a view of an account that its officer did not ask for, has no role for, or asked for once', async () => {
  await clerk.account(1)
  const produced = await last('produced')
  await journal(it, 'account', produced)
  await journal(it, 'account', { ...produced, asked: words('clerk', 'account', { account: 2 }) })
  await journal(it, 'account', { ...produced, officer: 'first', asked: words('first', 'account', { account: 1 }) })
  await journal(it, 'account', { ...produced, account: 9 })
  expect(await wrongIn(it)).toEqual([
    not('it was signed once, and stands there twice'),
    not('its officer asked for something else'),
    not('its officer has no role for it'),
    not('no such request stands before it'),
  ])
})

test('a decision that the rules do not give, and a carer’s account for which they were asked', async () => {
  await clerk.account(1)
  const { decided, ...produced } = (await last('produced')) as { decided: { decision: object }[] }
  const changed = decided.map(({ decision, ...rest }) => ({ ...rest, decision: { ...decision, permitted: true } }))
  const asked = (account: number) => words('clerk', 'account', { account })
  it.clock.now += 1
  await journal(it, 'account', { ...produced, decided: changed, asked: asked(1) })
  await journal(it, 'account', { ...produced, account: 2, decided, asked: asked(2) })
  expect(await wrongIn(it)).toEqual([
    not('the rules decide otherwise'),
    not('a carer’s account asks nothing of a child'),
  ])
})

test('a withholding on one person’s word, or of two who may not', async () => {
  const what = { account: 1, parts: ['cases'], reason: 'crime', until: until() }
  const event = { event: 'withholding', account: 1 }
  const by = (id: string, ...others: readonly string[]) => ({
    ...event,
    officer: id,
    by: [...others, id],
    asked: words(id, 'withhold', what),
  })
  await journal(it, 'account', by('first', 'clerk'))
  await journal(it, 'account', by('second', 'first'))
  await journal(it, 'account', { ...by('third'), by: ['clerk'] })
  const ofCarer = words('clerk', 'withhold', { ...what, account: 2 })
  await journal(it, 'account', { ...by('clerk'), account: 2, asked: ofCarer })
  expect(await wrongIn(it)).toEqual([
    not('no two persons who may have agreed on it'),
    not('no two persons who may have agreed on it'),
    not('its officer asked for something else'),
    not('of a carer’s account nothing can be withheld'),
  ])
})
