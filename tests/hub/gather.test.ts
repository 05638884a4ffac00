import { describe, expect, test } from 'vitest'
import { decodeReceiptsReply } from '../../src/check/messages/receipts-reply.js'
import type { CheckInput } from '../../src/index.js'
import { call } from '../../src/port.js'
import type { Commit } from '../../src/store/port.js'
import { childDetails, type House, house, NOW, nhsNumber } from '../support/house.js'
import { keptBack } from '../support/kept-back.js'
import { watched } from './watched-store.js'

function seen(reference: string, change: Partial<CheckInput> = {}): CheckInput {
  const child = { nhsNumber: nhsNumber(1) }
  return { child, incident: 'police-notice', occurredAt: NOW, reference, practitioner: 'PC 42', ...change }
}

async function gathered(): Promise<{
  readonly it: House
  readonly gate: ReturnType<typeof watched>
  commits: Commit[]
}> {
  const gate = watched()
  const it = await house({ store: gate.store })
  await it.register(childDetails(1))
  await it.register(childDetails(2))
  return { it, gate, commits: [] }
}

/** Commits that recorded checks, while `work` runs. */
async function recording(gate: ReturnType<typeof watched>, work: () => Promise<void>): Promise<readonly Commit[]> {
  const commits: Commit[] = []
  gate.afterCommit = async (commit) => {
    if (commit.leaves?.length) commits.push(commit)
  }
  await work()
  gate.afterCommit = undefined
  return commits
}

/** Sends messages at once, and says what became of every row of each. */
async function atOnce(it: House, messages: readonly Uint8Array[]): Promise<readonly unknown[]> {
  const replies = await Promise.allSettled(messages.map((message) => call(it.line, message)))
  return replies.map((reply) => {
    if (reply.status === 'rejected') return (reply.reason as { readonly code: string }).code
    return decodeReceiptsReply(reply.value).rows.map((row) => ('code' in row ? row.code : 'stands'))
  })
}

describe('submissions that come at once', () => {
  test('share a commit, each an entry of its own in order of arrival, with its own receipts and refusals', async () => {
    const { it, gate } = await gathered()
    const messages: Uint8Array[] = []
    for (let i = 0; i < 8; i += 1) {
      const agency = i % 2 === 0 ? 'met-police' : 'st-marys'
      const incident = i % 2 === 0 ? 'police-notice' : 'gp-concern'
      messages.push(await keptBack(it, agency, [seen(`r/${i}`, { incident }), seen(`bad/${i}`, { incident: 'none' })]))
    }
    const size = await it.hub.journal.size()
    const commits = await recording(gate, async () => {
      expect(await atOnce(it, messages)).toEqual(messages.map(() => ['stands', 'ERR_CODE_UNKNOWN']))
    })
    expect(commits.map(({ entries = [] }) => entries.length)).toEqual([8])
    for (let i = 0; i < 8; i += 1) {
      const agency = i % 2 === 0 ? it.police : it.health
      const incident = i % 2 === 0 ? 'police-notice' : 'gp-concern'
      const receipt = await agency.check(seen(`r/${i}`, { incident }))
      expect(receipt.position).toEqual({ entry: size + i, row: 0 })
    }
    expect(await it.hub.journal.verify()).toMatchObject({ verified: true })
    await it[Symbol.asyncDispose]()
  })

  test('one alone is written at once', async () => {
    const { it, gate } = await gathered()
    const message = await keptBack(it, 'met-police', [seen('a')])
    const commits = await recording(gate, async () => {
      expect(await atOnce(it, [message])).toEqual([['stands']])
    })
    expect(commits).toHaveLength(1)
    await it[Symbol.asyncDispose]()
  })

  test('with one reference twice are one check, or a conflict', async () => {
    const { it, gate } = await gathered()
    const same = [await keptBack(it, 'met-police', [seen('a')]), await keptBack(it, 'met-police', [seen('a')])]
    const other = await keptBack(it, 'met-police', [seen('a', { child: { nhsNumber: nhsNumber(2) } }), seen('b')])
    const theirs = await keptBack(it, 'st-marys', [seen('a', { incident: 'gp-concern' })])
    const commits = await recording(gate, async () => {
      const said = await atOnce(it, [...same, other, theirs])
      expect(said).toEqual([['stands'], ['stands'], ['ERR_REFERENCE_CONFLICT', 'stands'], ['stands']])
    })
    expect(commits.map(({ entries = [] }) => entries.length)).toEqual([3])
    const hub = await it.context()
    expect(hub.checks.size).toBe(3)
    await it[Symbol.asyncDispose]()
  })

  test('are built anew when another process was quicker', async () => {
    const { it, gate } = await gathered()
    const other = await it.another()
    const messages = [await keptBack(it, 'met-police', [seen('a')]), await keptBack(it, 'met-police', [seen('b')])]
    const quicker = await keptBack(it, 'met-police', [seen('b', { occurredAt: NOW - 5 })])
    gate.beforeCommit = async ({ leaves }) => {
      if (!leaves?.length) return
      gate.beforeCommit = undefined
      await call(other, quicker)
    }
    expect(await atOnce(it, messages)).toEqual([['stands'], ['ERR_REFERENCE_CONFLICT']])
    expect(await it.hub.journal.verify()).toMatchObject({ verified: true })
    await it[Symbol.asyncDispose]()
  })

  test('do not suffer for one of them', async () => {
    const { it, gate } = await gathered()
    const other = await it.another()
    const messages = [
      await keptBack(it, 'met-police', [seen('a')]),
      await keptBack(it, 'st-marys', [seen('a', { incident: 'gp-concern' })]),
      await keptBack(it, 'met-police', [seen('b')]),
    ]
    gate.beforeCommit = async ({ leaves }) => {
      if (!leaves?.length) return
      gate.beforeCommit = undefined
      await other.suspend('st-marys')
    }
    expect(await atOnce(it, messages)).toEqual([['stands'], 'ERR_PARTY_NOT_IN_STANDING', ['stands']])
    await it[Symbol.asyncDispose]()
  })

  test('are lost together when the store fails, and recorded when they are sent again', async () => {
    const { it, gate } = await gathered()
    const messages = [await keptBack(it, 'met-police', [seen('a')]), await keptBack(it, 'met-police', [seen('b')])]
    let failures = 0
    gate.afterCommit = async ({ leaves }) => {
      // It is durable, and nobody hears of it.
      if (!leaves?.length || failures > 0) return
      failures += 1
      throw new Error('the line broke')
    }
    const size = await it.hub.journal.size()
    expect(await atOnce(it, messages)).toEqual([['stands'], ['stands']])
    gate.afterCommit = undefined
    expect(failures).toBe(1)
    expect(await atOnce(it, messages)).toEqual([['stands'], ['stands']])
    await it.hub.caughtUp()
    const hub = await it.context()
    expect(hub.checks.size).toBe(2)
    expect(await it.hub.journal.size()).toBe(size + 2)
    await it[Symbol.asyncDispose]()
  })
})
