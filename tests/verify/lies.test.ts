import { beforeEach, expect, test } from 'vitest'
import { parseSignedRequest } from '../../src/case/messages.js'
import { signRequest } from '../../src/case/opening.js'
import { type ReferralStatement, signReferral } from '../../src/case/referral-statement.js'
import type { CheckId } from '../../src/check/canonical.js'
import { signWithdrawal } from '../../src/check/withdrawal.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { decodeMessage, encodeMessage, encodeSigned } from '../../src/port.js'
import type { House } from '../support/house.js'
import { busyHouse, journal, journalBatch, wrongIn } from './office.js'

/** Hubs that write into their own journal what never happened: every signature of theirs is good, and the tree adds up. */

let busy: House
beforeEach(async () => {
  busy = await busyHouse()
  return () => busy[Symbol.asyncDispose]()
})

async function bodyOf(type: string): Promise<Record<string, unknown>> {
  const { ledger } = await busy.context()
  const bodies = (await ledger.read(0, await ledger.size())).flatMap(({ entry }) =>
    entry?.type === type ? [fromJsonBytes(entry.body) as Record<string, unknown>] : [],
  )
  // Of what can happen to a case, that it was raised.
  const found = bodies.findLast(({ event }) => type !== 'case' || event === 'raised')
  if (found === undefined) throw new Error(`no ${type}`)
  return found
}

const key = (id: string) => {
  const found = busy.keys.get(id)?.signing
  if (found === undefined) throw new Error('no such key')
  return found
}

test('nothing is wrong with what did happen', async () => {
  expect(await wrongIn(busy)).toEqual([])
})

test('a level that the checks do not reach', async () => {
  const raised = await bodyOf('case')
  await journal(busy, 'case', { ...raised, case: 2, support: [] })
  expect(await wrongIn(busy)).toEqual(['a case does not stand: the checks that it names do not reach its level'])
})

test('a level on a check that was taken back, that never was, or under a policy that never was', async () => {
  const raised = await bodyOf('case')
  const { withdrawal } = (await bodyOf('withdrawal')) as { withdrawal: { checkId: string } }
  await journal(busy, 'case', { ...raised, case: 2, support: [withdrawal.checkId] })
  await journal(busy, 'case', { ...raised, case: 3, support: ['ab'.repeat(32)] })
  await journal(busy, 'case', { ...raised, case: 4, policyHash: 'cd'.repeat(32) })
  await journal(busy, 'case', { ...raised, case: 5, threshold: 'none' })
  expect(await wrongIn(busy)).toEqual([
    'a case does not stand: a check that it names was taken back before',
    'a case does not stand: a check that it names does not stand before it',
    'a case does not stand: its policy does not stand before it',
    'a case does not stand: its policy has no such level and threshold',
  ])
})

test('a case that comes back as if it had never been closed', async () => {
  const raised = await bodyOf('case')
  const end = { reason: 'no-further-action', outcome: 'unfounded', position: 0 }
  const closed = { event: 'closed', case: 1, childId: raised.childId, ...end, officers: ['first'] }
  await journal(busy, 'case', { ...closed, asked: closing('first', 1, 'no-further-action') })
  await journal(busy, 'case', { ...raised, case: 2 })
  expect(await wrongIn(busy)).toEqual([
    'a case does not stand: it passes over that a case of this child was closed before',
  ])
  // It says so, and then nothing new carries it.
  const { ledger } = await busy.context()
  await journal(busy, 'case', { ...raised, case: 3, closedAt: (await ledger.size()) - 1 })
  expect(await wrongIn(busy)).toContain('a case does not stand: the checks that it names do not reach its level')
})

test('a link that never was does not make old checks new', async () => {
  const raised = await bodyOf('case')
  const [checkId] = raised.support as string[]
  await journal(busy, 'case', { ...raised, case: 2, closedAt: 30, countsFrom: [{ checkId, position: 32 }] })
  expect(await wrongIn(busy)).toEqual(['a case does not stand: no link stands where it says that one brought a check'])
})

test('an opening that its officer did not sign, or signed for something else', async () => {
  const opening = await bodyOf('opening')
  const { request } = parseSignedRequest(opening)
  const fresh = { ...request, opening: new Uint8Array(16) }
  await journal(busy, 'opening', { request: fresh, signature: new Uint8Array(64) })
  await journal(busy, 'opening', { request: fresh, signature: parseSignedRequest(opening).signature })
  await journal(busy, 'opening', signRequest(busy.hub.id, { ...fresh, officer: 'second' }, key('first')))
  await journal(busy, 'opening', signRequest(busy.hub.id, { ...fresh, officer: 'nobody' }, key('first')))
  await journal(busy, 'opening', opening)
  const signed = 'an opening does not stand: its officer did not sign it'
  expect(await wrongIn(busy)).toEqual([
    signed,
    signed,
    signed,
    'an opening does not stand: no such officer was on the roster then',
    'an opening does not stand: its id was used before',
  ])
})

test('an opening without a permit, under a policy not in force, or by an officer who is suspended', async () => {
  const { request } = parseSignedRequest(await bodyOf('opening'))
  const fresh = (at: number) => ({ ...request, opening: new Uint8Array(16).fill(at) })
  await journal(busy, 'opening', signRequest(busy.hub.id, { ...fresh(1), group: 'carers' }, key('first')))
  await journal(busy, 'opening', signRequest(busy.hub.id, { ...fresh(2), policyHash: 'ab'.repeat(32) }, key('first')))
  await busy.hub.suspend('first')
  await journal(busy, 'opening', signRequest(busy.hub.id, fresh(3), key('first')))
  expect(await wrongIn(busy)).toEqual([
    'an opening does not stand: no permit by the disclosure rules stands before it',
    'an opening does not stand: its policy was not in force',
    'an opening does not stand: its officer was not in good standing',
  ])
})

test('a release without an opening, of another custodian, of another share, or twice', async () => {
  const release = await bodyOf('release')
  await journal(busy, 'release', { ...release, opening: new Uint8Array(16) })
  await journal(busy, 'release', { ...release, custodian: 'custodian-9' })
  await journal(busy, 'release', { ...release, share: new Uint8Array(32) })
  await journal(busy, 'release', release)
  const { share: _, ...rest } = release
  await journal(busy, 'refusal', { ...rest, reason: 'threshold-not-reached' })
  expect(await wrongIn(busy)).toEqual([
    'a release does not stand: no opening stands before it',
    'a release does not stand: its custodian did not sign it',
    'a release does not stand: its custodian did not sign it',
    'a release does not stand: its custodian released before',
    'a refusal does not stand: its custodian did not sign it',
  ])
})

function closing(officer: string, number: number, reason: string): Uint8Array {
  const sender = { hub: busy.hub.id, party: officer, key: key(officer) }
  const end = { reason, outcome: 'unfounded' }
  return encodeMessage('close', toJsonBytes({ case: number, ...end }), busy.clock.now, sender)
}

test('a closing that frames an officer', async () => {
  const { childId } = await bodyOf('case')
  const end = { reason: 'services-in-place', outcome: 'unfounded', position: 0 }
  const said = { event: 'closed', case: 1, childId, ...end, officers: ['first'] }
  const own = closing('first', 1, 'services-in-place')
  const { signature: _, ...unsigned } = decodeMessage(own)
  await journal(busy, 'case', said)
  await journal(busy, 'case', { ...said, asked: encodeSigned({ ...unsigned, signature: new Uint8Array(64) }) })
  await journal(busy, 'case', { ...said, asked: closing('second', 1, 'services-in-place') })
  await journal(busy, 'case', { ...said, asked: closing('first', 2, 'services-in-place') })
  await journal(busy, 'case', { ...said, reason: 'entered-in-error', asked: own })
  await journal(busy, 'case', { ...said, officers: ['second', 'first'], asked: own })
  expect(await wrongIn(busy)).toEqual([
    expect.stringMatching(/^a case does not stand: case/),
    'a case does not stand: its officer did not ask for it',
    'a case does not stand: another officer asked for it',
    'a case does not stand: its officer asked for something else',
    expect.stringMatching(/^a case does not stand: /),
    'a case does not stand: an officer whom it names did not ask for it',
  ])
})

test('a view that is written down twice for one that was asked for', async () => {
  await journal(busy, 'view', await bodyOf('view'))
  expect(await wrongIn(busy)).toEqual([
    'a view does not stand: its officer asked for it once, and it stands there twice',
  ])
})

test('a view that frames an officer', async () => {
  const view = await bodyOf('view')
  const officer = { hub: busy.hub.id, party: 'first', key: key('second') }
  const body = toJsonBytes({ opening: view.opening })
  await journal(busy, 'view', { ...view, asked: encodeMessage('read-opening', body, busy.clock.now, officer) })
  await journal(busy, 'view', { ...view, asked: encodeMessage('read-opening', body, busy.clock.now) })
  // The officer's own word on something else.
  const own = { ...officer, key: key('first') }
  await journal(busy, 'view', { ...view, asked: encodeMessage('cases', body, busy.clock.now, own) })
  const other = toJsonBytes({ opening: new Uint8Array(16) })
  await journal(busy, 'view', { ...view, asked: encodeMessage('read-opening', other, busy.clock.now, own) })
  await journal(busy, 'view', { ...view, officer: 'second' })
  const { asked, ...unsigned } = view
  await journal(busy, 'view', unsigned)
  expect(decodeMessage(asked as Uint8Array).party).toBe('first')
  const wrong = await wrongIn(busy)
  expect(wrong.slice(0, 5)).toEqual([
    'a view does not stand: its officer did not ask for it',
    'a view does not stand: no such officer was on the roster then',
    'a view does not stand: its officer asked for something else',
    'a view does not stand: its officer asked for something else',
    'a view does not stand: its opening is of another officer or case',
  ])
  expect(wrong[5]).toContain('asked')
})

test('a view or referral of an opening that no quorum released', async () => {
  const { request } = parseSignedRequest(await bodyOf('opening'))
  const fresh = { ...request, opening: new Uint8Array(16).fill(1) }
  await journal(busy, 'opening', signRequest(busy.hub.id, fresh, key('first')))
  const own = { hub: busy.hub.id, party: 'first', key: key('first') }
  const asked = encodeMessage('read-opening', toJsonBytes({ opening: fresh.opening }), busy.clock.now, own)
  await journal(busy, 'view', { opening: fresh.opening, officer: 'first', case: 1, asked })
  const { purpose, lawfulBasis } = request
  const sent: ReferralStatement = {
    referral: 9,
    case: 1,
    openings: ['01'.repeat(16)],
    to: 'st-marys',
    because: 'acts-on-referral',
    officer: 'first',
    purpose,
    lawfulBasis,
    threshold: 'child-protection',
    sentAt: 1,
    decisionDueAt: 2,
    package: new Uint8Array(32),
  }
  const signature = signReferral(busy.hub.id, sent, key('first'))
  await journal(busy, 'referral', { event: 'sent', ...sent, signature })
  await journal(busy, 'referral', { event: 'received', number: 8, to: 'st-marys', asked: new Uint8Array(1) })
  expect(await wrongIn(busy)).toEqual([
    'a view does not stand: no quorum of custodians had released its opening',
    'a referral does not stand: no quorum of custodians had released its opening',
    'a referral does not stand: no such referral was sent to this agency',
  ])
})

test('a disclosure that the rules do not give', async () => {
  const said = (await bodyOf('disclosure')) as { decisions: readonly { request: object }[] }
  const decisions = said.decisions.map((each) => ({ ...each, request: { ...each.request, needToKnow: false } }))
  await journal(busy, 'disclosure', { ...said, decisions })
  expect(await wrongIn(busy)).toEqual(['a disclosure does not stand: the rules decide otherwise'])
})

test('checks in the name of an agency that did not sign them, or was suspended', async () => {
  await journalBatch(busy, 'met-police', 'st-marys')
  await journalBatch(busy, 'no-such-agency', 'st-marys')
  await busy.hub.suspend('st-marys')
  await journalBatch(busy, 'st-marys', 'st-marys')
  expect(await wrongIn(busy)).toEqual([
    'a batch does not stand: its agency did not sign it',
    'a batch does not stand: no such agency was on the roster then',
    'a batch does not stand: its agency was suspended by then',
  ])
})

test('a check of another agency or hub within a batch, or one reference for two checks', async () => {
  await journalBatch(busy, 'met-police', 'met-police', { agency: 'st-marys' })
  await journalBatch(busy, 'met-police', 'met-police', { hub: new Uint8Array(32) })
  await journalBatch(busy, 'met-police', 'met-police', { reference: 'P/1' })
  expect(await wrongIn(busy)).toEqual([
    'a check does not stand: it is of another agency than its batch',
    'a check does not stand: it is for another hub',
    'a check does not stand: its reference stands for an earlier check of the agency',
  ])
})

test('a withdrawal by the hub, by another agency, or of a check that is elsewhere', async () => {
  const entry = (await bodyOf('withdrawal')) as { withdrawal: { agency: string }; position: object }
  await journal(busy, 'withdrawal', { ...entry, withdrawal: { ...entry.withdrawal, agency: 'met-police' } })
  await journal(busy, 'withdrawal', { ...entry, position: { entry: 0, row: 0 } })
  const checkId = ((await bodyOf('case')).support as string[])[0] as CheckId
  const stolen = { agency: 'st-marys', checkId, reason: 'wrong-child', at: busy.clock.now } as const
  const { ledger } = await busy.context()
  const police = (await ledger.read(0, await ledger.size())).findLast((each) => each.entry?.type === 'check-batch')
  const withdrawal = signWithdrawal(busy.hub.id, stolen, key('st-marys'))
  await journal(busy, 'withdrawal', { withdrawal, position: { entry: police?.position ?? 0, row: 0 } })
  expect(await wrongIn(busy)).toEqual([
    'a withdrawal does not stand: its agency did not sign it',
    'a withdrawal does not stand: no such check stands where it says',
    'a withdrawal does not stand: it takes back the check of another agency',
  ])
})

test('a roster without its activation, and a record of a sealer that is none', async () => {
  await journal(busy, 'activation', { version: 99, signatures: [] })
  const wrong = await wrongIn(busy)
  expect(wrong[0]).toContain('a version of the roster does not stand')
})

test('figures that show an exact count, of a period that was not over, or twice', async () => {
  const figures = { period: '2026-01', kind: 'month', tables: [], agencies: [] }
  await journal(busy, 'figures', figures)
  expect(await wrongIn(busy)).toEqual([])
  const raised = (cell: number) => [{ id: 'raised', rows: ['review'], cells: [[cell, 0, 0]] }]
  await journal(busy, 'figures', { ...figures, period: '2026-02', tables: raised(15) })
  await journal(busy, 'figures', { ...figures, period: '2025-12', tables: raised(7) })
  await journal(busy, 'figures', { ...figures, period: '2031-01' })
  await journal(busy, 'figures', figures)
  await journal(busy, 'figures', { ...figures, period: '2025-11', kind: 'quarter' })
  const wrong = await wrongIn(busy)
  expect(wrong.map((finding) => finding.replace(/tables\[.*$/, 'tables'))).toEqual([
    'figures do not stand: figures: tables',
    'figures do not stand: their period was not over',
    'figures do not stand: figures of their period were published before',
    'figures do not stand: they are of another length of period',
  ])
})

test('an opening for a purpose, or on a basis, that does not go with the level', async () => {
  const disclosure = await bodyOf('disclosure')
  const { request } = parseSignedRequest(await bodyOf('opening'))
  for (const [n, change] of [{ lawfulBasis: 'consent' }, { lawfulBasis: 'legitimate-interests' }].entries()) {
    const decisions = (disclosure.decisions as { request: object }[]).filter(
      (each) => (each.request as { information: string }).information === 'identity',
    )
    await journal(busy, 'disclosure', { ...disclosure, ...change, decisions })
    const other = { ...request, ...change, opening: new Uint8Array(16).fill(n + 1) } as typeof request
    await journal(busy, 'opening', signRequest(busy.hub.id, other, key('first')))
  }
  expect(await wrongIn(busy)).toEqual(
    Array(2).fill('an opening does not stand: no permit by the disclosure rules stands before it'),
  )
})
