import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryCustodianStore, reportOf } from '../../src/custodian.js'
import type { HubContext } from '../../src/hub/context.js'
import { checkpoint } from '../../src/hub/custodians/checkpoints.js'
import { rosterNews } from '../../src/hub/roster/enrolment.js'
import { toJsonBytes } from '../../src/json.js'
import { encodeRosterEntry } from '../../src/roster/history.js'
import { ASK, type HouseOfCustodians, houseOfCustodians } from '../support/custodians.js'
import { childDetails, nhsNumber } from '../support/house.js'

let made: HouseOfCustodians
let hub: HubContext

beforeAll(async () => {
  made = await houseOfCustodians()
  const { it } = made
  await it.register(childDetails(1))
  const check = { incident: 'police-protection', occurredAt: it.clock.now, practitioner: 'PC 42' }
  await it.police.check({ child: { nhsNumber: nhsNumber(1) }, reference: 'a', ...check })
  hub = await it.context()
})
afterAll(() => made.it[Symbol.asyncDispose]())

const unproven = async (id: string): Promise<number> =>
  (await reportOf(made.stores.get(id) ?? memoryCustodianStore())).unproven

const proofs = (): number => made.sent.filter(({ verb }) => verb === 'prove').length

describe('the roster that a custodian followed', () => {
  test('is proven before the first release, once, and stays proven after a restart', async () => {
    expect(await unproven('custodian-1')).toBeGreaterThan(0)
    expect((await made.it.first.open(ASK)).released).toHaveLength(3)
    expect(await unproven('custodian-1')).toBe(0)
    const before = proofs()
    expect(before).toBe(3)
    await made.restart('custodian-1')
    expect((await made.it.first.open(ASK)).released).toHaveLength(3)
    expect(proofs()).toBe(before)
    await made.it.agency('late', 'police')
    expect((await made.it.first.open(ASK)).released).toHaveLength(3)
    expect(proofs()).toBe(before + 3)
  })

  test.each<[string, (proof: Proof) => Proof]>([
    ['the salt of another entry', (proof) => changed(proof, { salt: new Uint8Array(32) })],
    [
      'a path that is cut short',
      ({ entries: [first], ...rest }) => ({ ...rest, entries: [{ ...need(first), path: need(first).path.slice(1) }] }),
    ],
    ['another position', (proof) => changed(proof, { position: 0 })],
    ['the second entry in place of the first', ({ entries, ...rest }) => ({ ...rest, entries: entries.slice(1) })],
    ['a checkpoint that no quorum cosigned', (proof) => ({ ...proof, note: `${proof.note.split('\n\n')[0]}\n\n` })],
  ])('is not proven by %s', async (_, lie) => {
    await made.it.agency(`late-${proofs()}-${made.sent.length}`, 'police')
    // A custodian with an empty memory follows everything anew, once its peers have told it the rest.
    await made.restart('custodian-1', { store: memoryCustodianStore() })
    await checkpoint(hub)
    await made.it.hub.unlock('custodian-1')
    const news = await rosterNews(hub)
    const { note, size } = await checkpoint(hub)
    const entries = await Promise.all(
      news.map(async ({ position }) => {
        const { salt } = await hub.ledger.readOne(position)
        return { position, salt, path: (await hub.ledger.inclusion(position, size)).path }
      }),
    )
    const proof: Proof = { note, consistency: await hub.ledger.consistency(size, size), entries }
    const waiting = await unproven('custodian-1')
    await expect(made.ask('custodian-1', 'prove', lie(proof))).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_/),
    })
    expect(await unproven('custodian-1')).toBe(waiting)
    await made.ask('custodian-1', 'prove', proof)
    expect(await unproven('custodian-1')).toBe(0)
  })

  test('split view: a suspension that one custodian alone is told of stops its releases', async () => {
    const { it } = made
    const body = encodeRosterEntry({ body: toJsonBytes([{ kind: 'suspend', id: 'hill-school' }]), signatures: [] })
    const position = await it.hub.journal.size()
    await made.ask('custodian-2', 'follow', {
      after: -1,
      entries: [{ position, type: 'roster', at: it.clock.now, body }],
    })
    const opening = await it.first.open(ASK)
    expect(opening.refused).toMatchObject([{ custodian: 'custodian-2', reason: 'roster-not-proven' }])
    expect(opening.released).toEqual(['custodian-1', 'custodian-3'])
  })
})

interface Proof {
  readonly note: string
  readonly consistency: unknown
  readonly entries: readonly {
    readonly position: number
    readonly salt: Uint8Array
    readonly path: readonly Uint8Array[]
  }[]
}

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is nothing')
  return value
}

function changed({ entries, ...rest }: Proof, change: Partial<Proof['entries'][number]>): Proof {
  return {
    ...rest,
    entries: [{ ...need(entries[0]), ...change }, ...entries.slice(1)].slice(change.position === 0 ? 1 : 0),
  }
}
