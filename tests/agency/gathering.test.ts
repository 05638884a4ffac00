import { describe, expect, test } from 'vitest'
import { gathering } from '../../src/agency/gathering.js'
import { type CheckOutcome, refusedCheck } from '../../src/agency/outcome.js'
import { type Agency, type CheckInput, createAgency, IndexError, type Receipt } from '../../src/index.js'
import type { SendOptions } from '../../src/port.js'
import { decodeMessage } from '../../src/port.js'
import { keyOf } from '../support/forge.js'
import { childDetails, type House, house, NOW, nhsNumber } from '../support/house.js'

const seen = (n: number, change: Partial<CheckInput> = {}): CheckInput => ({
  child: { nhsNumber: nhsNumber(n) },
  incident: 'police-notice',
  occurredAt: NOW,
  reference: `r/${n}`,
  practitioner: 'PC 42',
  ...change,
})

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** The checks of each submission as they left, each held back until it is let go. */
function held() {
  const sent: { readonly inputs: readonly unknown[]; readonly signal: AbortSignal | undefined }[] = []
  const gates: ((outcome?: Error) => void)[] = []
  const check = gathering(async (inputs, options?: SendOptions) => {
    sent.push({ inputs, signal: options?.signal })
    const failed = await new Promise<Error | undefined>((resolve) => gates.push(resolve))
    if (failed !== undefined) throw failed
    return inputs.map((input): CheckOutcome => refusedCheck('ERR_REQUEST_INVALID', String(input), 'an outcome'))
  })
  const letGo = async (failed?: Error): Promise<void> => {
    gates.shift()?.(failed)
    // Until whoever waited has been told, and the next have gone.
    await turn()
    await turn()
  }
  /** The first goes alone, and the others come while it is under way. */
  const afterFirst = async <T>(inputs: readonly T[], each: (input: T) => Promise<CheckOutcome>) => {
    const [first, ...others] = inputs.slice(0, 1).map(each)
    await turn()
    return [first as Promise<CheckOutcome>, ...others, ...inputs.slice(1).map(each)]
  }
  return { sent, letGo, afterFirst, check: (input: unknown, options?: SendOptions) => check(input, options) }
}

const inputsOf = (it: ReturnType<typeof held>) => it.sent.map(({ inputs }) => inputs)

describe('checks that gather', () => {
  test('of one turn go together, and so do those that come while others are under way, each with its own outcome', async () => {
    const it = held()
    const all = await it.afterFirst(['a', 'b', 'c', 'd'], (input) => it.check(input))
    const outcomes = Promise.all(all)
    expect(inputsOf(it)).toEqual([['a']])
    await it.letGo()
    expect(inputsOf(it)).toEqual([['a'], ['b', 'c', 'd']])
    await it.letGo()
    expect(await outcomes).toMatchObject(['a', 'b', 'c', 'd'].map((field) => ({ field })))
    const later = Promise.all([it.check('e'), it.check('f')])
    await turn()
    expect(inputsOf(it).slice(2)).toEqual([['e', 'f']])
    await it.letGo()
    await later
  })

  test('are at most a thousand in one submission', async () => {
    const it = held()
    const outcomes = Promise.all(Array.from({ length: 1202 }, (_, n) => it.check(n)))
    await turn()
    for (let n = 0; n < 2; n += 1) await it.letGo()
    await outcomes
    expect(inputsOf(it).map((inputs) => inputs.length)).toEqual([1000, 202])
  })

  test('whose caller gives up are never sent where they had not gone, and stop nobody else where they had', async () => {
    const it = held()
    const [waits, leaves] = [new AbortController(), new AbortController()]
    const first = it.check('a')
    await turn()
    const gone = it.check('b', { signal: waits.signal })
    waits.abort(new Error('not waiting'))
    await expect(gone).rejects.toThrow('not waiting')
    const [left, stays] = [it.check('c', { signal: leaves.signal }), it.check('d')]
    await it.letGo()
    expect(inputsOf(it)).toEqual([['a'], ['c', 'd']])
    leaves.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    expect(it.sent[1]?.signal?.aborted).toBe(false)
    await it.letGo()
    expect(await Promise.all([first, stays])).toMatchObject([{ field: 'a' }, { field: 'd' }])
    await expect(it.check('e', { signal: leaves.signal })).rejects.toThrow('left')
    expect(it.sent).toHaveLength(2)
  })

  test('are given up together only when nobody waits any more', async () => {
    const it = held()
    const all = ['a', 'b', 'c'].map((input) => ({ input, by: new AbortController() }))
    const asked = await it.afterFirst(all, ({ input, by }) => it.check(input, { signal: by.signal }))
    const outcomes = Promise.allSettled(asked)
    await it.letGo()
    all[1]?.by.abort()
    expect(it.sent[1]?.signal?.aborted).toBe(false)
    all[2]?.by.abort()
    expect(it.sent[1]?.signal?.aborted).toBe(true)
    await it.letGo()
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
  })

  test('go one by one where the hub refuses them as a whole', async () => {
    const it = held()
    const outcomes = Promise.allSettled(await it.afterFirst(['a', 'b', 'c', 'd'], (input) => it.check(input)))
    await it.letGo()
    await it.letGo(new IndexError('ERR_RATE_LIMITED', 'one of them asks for too much'))
    await it.letGo()
    await it.letGo(new IndexError('ERR_RATE_LIMITED', 'this one'))
    await it.letGo()
    expect(inputsOf(it)).toEqual([['a'], ['b', 'c', 'd'], ['b'], ['c'], ['d']])
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
  })

  test('fail together where the hub is not reached, and the next ones go', async () => {
    const it = held()
    const outcomes = Promise.allSettled(await it.afterFirst(['a', 'b', 'c'], (input) => it.check(input)))
    await it.letGo()
    await it.letGo(new Error('the line is down'))
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
    const next = it.check('d')
    await turn()
    await it.letGo()
    expect(await next).toMatchObject({ field: 'd' })
  })
})

/** The police with a line of their own, on which everything is counted. */
function counted(it: House): { readonly police: Agency; count(verb: string): number } {
  const verbs: string[] = []
  const hub = {
    pin: it.line.pin,
    send: (message: Uint8Array, options?: SendOptions) => {
      verbs.push(decodeMessage(message).verb)
      return it.line.send(message, options)
    },
  }
  const common = { id: 'met-police', kind: 'police', clock: it.clock.read, neverIssuedNumbers: true }
  const police = createAgency({ ...common, key: keyOf(it, 'met-police'), hub })
  return { police, count: (verb) => verbs.filter((each) => each === verb).length }
}

async function withChildren(): Promise<House> {
  const it = await house()
  await it.register(childDetails(1))
  return it
}

describe('64 checks at once', () => {
  test('are one look-up, one batch and one entry of checks, whose receipts are in the order of the checks', async () => {
    await using it = await withChildren()
    const { police, count } = counted(it)
    const receipts = await Promise.all(Array.from({ length: 64 }, (_, n) => police.check(seen(n))))
    expect([count('identify'), count('check-batch'), count('facts'), count('roster')]).toEqual([1, 1, 1, 1])
    expect(new Set(receipts.map(({ position }) => position.entry)).size).toBe(1)
    expect(receipts.map(({ position }) => position.row)).toEqual(receipts.map((_, row) => row))
    expect(receipts.map(({ known }) => known).filter((known) => known === 'known')).toHaveLength(1)
  })

  test('of which one is refused are 63 receipts and its own refusal', async () => {
    await using it = await withChildren()
    const { police, count } = counted(it)
    const wrong: Record<number, Partial<CheckInput>> = {
      5: { incident: 'no-such-thing' },
      6: { reference: 'a space' },
      7: { child: { nhsNumber: '123' } },
      // The same reference twice: the first stands.
      9: { reference: 'r/8' },
    }
    const checks = Array.from({ length: 64 }, (_, n) => police.check(seen(n, wrong[n])))
    const settled = await Promise.allSettled<Receipt>(checks)
    expect(count('check-batch')).toBe(1)
    const codes = settled.flatMap((each, n) => (each.status === 'rejected' ? [[n, each.reason.code]] : []))
    expect(codes).toEqual([
      [5, 'ERR_CODE_UNKNOWN'],
      [6, 'ERR_REQUEST_INVALID'],
      [7, 'ERR_NHS_NUMBER_INVALID'],
      [9, 'ERR_REFERENCE_CONFLICT'],
    ])
  })

  test('of practitioners of whom one asks too much are refused to that one alone', async () => {
    await using it = await house({ limits: { identifyPerPractitionerPerTenMinutes: 2 } })
    const { police } = counted(it)
    const checks = Array.from({ length: 6 }, (_, n) =>
      police.check(seen(n, { practitioner: n < 3 ? 'PC 1' : `PC ${n}` })),
    )
    const settled = await Promise.allSettled(checks)
    expect(settled.map(({ status }) => status).filter((status) => status === 'rejected')).toHaveLength(1)
  })
})
