import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unpack } from '../../src/bytes.js'
import { decodeIdentifyReply } from '../../src/check/messages/identify-reply.js'
import { decodeReceiptsReply } from '../../src/check/messages/receipts-reply.js'
import type { ChildQuery } from '../../src/index.js'
import { fromJsonBytes } from '../../src/json.js'
import { decodeMessage } from '../../src/port.js'
import type { Commit } from '../../src/store/port.js'
import { childDetails, type House, house, MINUTE, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'
import { watched } from './watched-store.js'

/**
 * Two houses that differ in one thing: in the first, child 1 is registered and shielded; in the second nobody registered
 * it. Whatever an agency asks, and whatever it does with the answers, must look the same in both.
 */

const SHIELDED = childDetails(1, {
  shielded: true,
  upn: 'A123456789012',
  aliases: [{ kind: 'school-admission', value: '7' }],
})

const lookup = (n: number, more: object = {}): ChildQuery => {
  const { givenNames, familyName, dateOfBirth, addresses = [] } = childDetails(n)
  return { details: { givenNames, familyName, dateOfBirth, postcode: addresses[0]?.postcode ?? '', ...more } }
}
const byNumber: ChildQuery = { nhsNumber: nhsNumber(1) }
const byName = lookup(1)
const byBoth = lookup(1, { nhsNumber: nhsNumber(1) })
const byInitial = lookup(1, { givenNames: 'B' })
const sibling = lookup(1, { givenNames: 'Zuleika' })
const elsewhere = lookup(1, { postcode: 'NX9 9ZZ' })
const otherNumber = lookup(1, { nhsNumber: nhsNumber(9) })
const number2 = lookup(1, { nhsNumber: nhsNumber(2) })
const name2 = lookup(2, { nhsNumber: nhsNumber(1) })
const byAlias: ChildQuery = { alias: { kind: 'school-admission', value: '7' } }
const byUpn = lookup(1, { upn: 'A123456789012' })
const confirmed: ChildQuery = { ...(byInitial as { details: never }), confirm: { carerName: 'Grace Okafor' } }

/** Everything that can be told of a value without its random parts: bytes by their length. */
function shape(value: unknown): unknown {
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) return 'a hash'
  if (Array.isArray(value)) return value.map(shape)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shape(member)]))
}

function read(verb: string, body: Uint8Array): unknown {
  if (verb === 'identify') return decodeIdentifyReply(body)
  return verb === 'check-batch' ? decodeReceiptsReply(body) : fromJsonBytes(body)
}

interface Told {
  readonly answers: unknown
  /** Verb, size and form of every reply. */
  readonly replies: unknown
  /** Questions to custodians. */
  readonly blinded: number
  /** What was written: entries by size and sealing, rows by table and size. */
  readonly entries: unknown
  readonly rows: unknown
  readonly childRows: readonly number[]
  readonly officers: unknown
}

async function told(isRegistered: boolean, ask: (it: House) => Promise<unknown>): Promise<Told> {
  let blinded = 0
  const commits: Commit[] = []
  const gate = watched()
  gate.beforeCommit = async (commit) => {
    commits.push(commit)
  }
  await using it = await house({
    store: gate.store,
    custodianPort: (_, port) => ({
      send(message, options) {
        if (decodeMessage(message).verb === 'blind') blinded += 1
        return port.send(message, options)
      },
    }),
  })
  if (isRegistered) await it.sealer.register(SHIELDED, { neverIssuedNumbers: true })
  await it.register(childDetails(2))
  await it.hub.caughtUp()
  const from = it.exchanges.length
  blinded = 0
  commits.length = 0
  const said = await ask(it)
  await it.hub.caughtUp()
  const written = commits.flatMap(({ puts = [], inserts = [] }) => [...puts, ...inserts])
  const sizes = (isChild: boolean) =>
    written.flatMap(({ table, value }) =>
      // That an enquiry is a shielding officer's shows in its number, in its deadline's too; whose it is does not.
      table !== 'enquiry' && table !== 'agenda' && (table === 'child') === isChild ? [[table, value?.length]] : [],
    )
  const replies = it.exchanges.slice(from).flatMap(({ message, reply }) => {
    const { verb } = decodeMessage(message)
    return verb === 'roster' ? [] : [[verb, reply.length, shape(read(verb, unpack('reply/v1', reply, 1)[0] ?? reply))]]
  })
  return {
    answers: said,
    replies,
    blinded,
    entries: commits.flatMap(({ entries = [] }) => entries.map(({ body, sealed }) => [sealed, body.length])),
    rows: sizes(false),
    childRows: sizes(true).map(([, size]) => Number(size)),
    officers: [
      await it.first.alerts(),
      await it.first.cases(),
      await it.first.duplicates(),
      await all(it.hub.alerts()),
    ],
  }
}

/** The answers to questions in turn, with each id as the place where it was first given. */
async function answers(it: House, questions: readonly ChildQuery[]): Promise<unknown> {
  const ids: string[] = []
  const out: unknown[] = []
  for (const question of questions) {
    // Of two children of one instant, chance decides which is the older.
    it.clock.now += 1
    const { agencyChildId, known, outcome, quality } = await it.police.identify(question, 'PC 42')
    ids.push(agencyChildId)
    out.push({ id: ids.indexOf(agencyChildId), known, outcome, quality })
  }
  return out
}

async function expectTheSame(ask: (it: House) => Promise<unknown>): Promise<readonly (readonly number[])[]> {
  const { childRows, ...shielded } = await told(true, ask)
  const { childRows: others, ...nobody } = await told(false, ask)
  expect(shielded).toEqual(nobody)
  expect(childRows).toHaveLength(others.length)
  return [childRows, others]
}

/** Look-ups write child rows of one size too; an enquiry is noted in the row that the registration made. */
async function expectTheSameLookUps(questions: readonly ChildQuery[]): Promise<void> {
  const [shielded = [], nobody = []] = await expectTheSame((it) => answers(it, questions))
  expect(shielded).toEqual(nobody)
}

describe('a shielded child and one whom nobody registered are told apart by no agency', () => {
  test.each<[string, readonly ChildQuery[]]>([
    ['number', [byNumber, byNumber]],
    ['name', [byName, byName]],
    ['both', [byBoth, byBoth]],
    ['number, then name', [byNumber, byName]],
    ['an initial', [byInitial, byInitial]],
    ['an initial with a guess at a carer', [confirmed, confirmed]],
    ['a sibling', [sibling]],
    ['another address', [elsewhere, byName]],
    ['its name with a number that nobody has', [otherNumber, otherNumber]],
    ['its name with another child’s number', [number2, number2]],
    ['its number with another child’s name', [name2, name2]],
    ['admission number', [byAlias, byAlias]],
    // Sequences in which a registration would join what nobody else knows to be one child.
    ['name, then both', [byName, byBoth]],
    ['both, then name', [byBoth, byName]],
    ['both, then number, then name', [byBoth, byNumber, byName]],
    ['number, name, then both', [byNumber, byName, byBoth]],
    ['number, then both', [byNumber, byBoth]],
    ['number, then admission number', [byNumber, byAlias]],
    ['number, then pupil number', [byNumber, byUpn, byNumber]],
    ['its number with another child’s name, then number', [name2, byNumber]],
    ['its name with another number, then both', [otherNumber, byBoth, byNumber]],
    ['one address, then another', [byBoth, elsewhere, byName]],
  ])('by %s', async (_, questions) => {
    await expectTheSameLookUps(questions)
  })

  test('by questions in any order', async () => {
    const questions = [
      byNumber,
      byName,
      byBoth,
      byInitial,
      sibling,
      elsewhere,
      otherNumber,
      number2,
      name2,
      byAlias,
      byUpn,
    ]
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...questions), { minLength: 2, maxLength: 5 }), (some) =>
        expectTheSameLookUps(some),
      ),
      { numRuns: 12 },
    )
  }, 60_000)

  test.each<[string, ChildQuery]>([
    ['number', byNumber],
    ['name', byName],
    ['both', byBoth],
    ['its name with another child’s number', number2],
    ['its number with another child’s name', name2],
  ])('by checks on it by %s: receipts, their places in the journal, and what officers see', async (_, child) => {
    await expectTheSame(async (it) => {
      const start = await it.hub.journal.size()
      const out: unknown[] = []
      // At one instant a dossier orders checks by their ids, which are as random as the ids of the children.
      for (const [agency, reference, minutesAgo] of [
        [it.police, 'a', 3],
        [it.health, 'b', 2],
        [it.police, 'c', 1],
      ] as const) {
        const incident = reference === 'c' ? 'police-protection' : 'first-known'
        const receipt = await agency.check({
          child,
          incident,
          occurredAt: it.clock.now - minutesAgo * MINUTE,
          reference,
          practitioner: 'PC 42',
        })
        await it.hub.caughtUp()
        const { position } = receipt
        out.push([receipt.known, receipt.proof.bytes.length, position.entry - start, position.row])
        // The id that it was answered with, given back.
        const { agencyChildId } = await agency.identify(child, 'PC 42')
        const again = await agency.identify({ agencyChildId }, 'PC 42')
        out.push([again.known, again.outcome, again.agencyChildId === agencyChildId])
      }
      const { timeline, verdict } = await it.first.review(1)
      return [out, timeline.length, verdict.level, (await it.hub.journal.size()) - start]
    })
  })
})

test('an ordinary officer’s list of enquiries has no gap where a shielded child’s is', async () => {
  await using it = await house()
  await it.sealer.register(SHIELDED, { neverIssuedNumbers: true })
  for (const [n, child] of [byNumber, lookup(5), byName, lookup(6)].entries()) {
    const said = { incident: 'first-known', occurredAt: it.clock.now, practitioner: 'PC 42' }
    await it.police.check({ ...said, child, reference: `r${n}` })
    await it.hub.caughtUp()
  }
  const seen = (await it.first.enquiries()).map(({ number, sources }) => [number, sources[0]?.reference])
  // Asked for by name it was not found, and is nobody's: that check has an enquiry like any other.
  expect(seen).toEqual([
    [1, 'r1'],
    [2, 'r2'],
    [3, 'r3'],
  ])
  expect((await it.shielding.enquiries()).map(({ number }) => number)).toEqual([1, 2, 3, 1_000_000_001])
  expect(await all(it.hub.enquiries())).toEqual(await it.first.enquiries())
})

test('an enquiry that was open when its child was registered as shielded stays as it was, and tells shielding officers', async () => {
  const seen: unknown[] = []
  for (const isRegistered of [true, false]) {
    await using it = await house()
    const said = { incident: 'first-known', occurredAt: it.clock.now, practitioner: 'PC 42', reference: 'r' }
    await it.police.check({ ...said, child: byNumber })
    await it.hub.caughtUp()
    if (isRegistered) await it.sealer.register(SHIELDED, { neverIssuedNumbers: true })
    await it.health.check({ ...said, child: byNumber })
    await it.hub.caughtUp()
    seen.push([await it.first.enquiries(), await all(it.hub.enquiries({ status: 'open' }))])
    expect(await it.shielding.enquiries()).toMatchObject([
      { number: 1, desk: isRegistered ? 'shielding' : 'management' },
    ])
  }
  expect(seen[0]).toEqual(seen[1])
})
