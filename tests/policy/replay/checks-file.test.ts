import { describe, expect, test } from 'vitest'
import { groupByChild, parseReplayRow } from '../../../src/policy/replay/checks-file.js'

const ROW = {
  child: 'k1',
  agency: 'school 5',
  agencyKind: 'education',
  incident: 'seen',
  indicators: ['A', 'B'],
  occurredAt: 1_700_000_000_000,
}
const parsed = (parts: object) => parseReplayRow({ ...ROW, ...parts }, 7)

describe('a row', () => {
  test('is a check and the key of its child', () => {
    expect(parsed({ id: 'c1', withdrawn: true })).toEqual({
      child: 'k1',
      check: {
        id: 'c1',
        agency: 'school 5',
        agencyKind: 'education',
        incident: 'seen',
        indicators: ['A', 'B'],
        occurredAt: 1_700_000_000_000,
        withdrawn: true,
      },
    })
  })

  test('without an id has that of its place, which no id can be', () => {
    expect(parsed({}).check).toEqual({ ...parsed({ id: 'c1' }).check, id: 'row 7' })
    expect(parsed({ id: '' }).check.id).toBe('row 7')
    expect(() => parsed({ id: 'row 7' })).toThrow(expect.objectContaining({ field: 'id' }))
  })

  test.each([
    ['A;B', ['A', 'B']],
    [' A  B\tC ', ['A', 'B', 'C']],
    ['A; B;;', ['A', 'B']],
    ['', []],
    [[], []],
  ])('indicators %j', (indicators, codes) => {
    expect(parsed({ indicators }).check.indicators).toEqual(codes)
  })

  test.each([
    [true, true],
    ['true', true],
    [false, undefined],
    ['false', undefined],
    ['', undefined],
  ])('withdrawn %j', (withdrawn, kept) => {
    expect(parsed({ withdrawn }).check.withdrawn).toBe(kept)
  })

  test.each([
    [0, 0],
    ['1700000000000', 1_700_000_000_000],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    ['2024-02-29T10:30Z', Date.UTC(2024, 1, 29, 10, 30)],
    ['2024-02-29T10:30:15.250Z', Date.UTC(2024, 1, 29, 10, 30, 15, 250)],
    ['2024-02-29T10:30:00+01:00', Date.UTC(2024, 1, 29, 9, 30)],
    ['2024-02-29T23:30:00-02:30', Date.UTC(2024, 2, 1, 2)],
  ])('occurredAt %j', (occurredAt, instant) => {
    expect(parsed({ occurredAt }).check.occurredAt).toBe(instant)
  })

  test.each([
    ['occurredAt', '20240229'],
    ['occurredAt', '2023-02-29'],
    ['occurredAt', '2024-02-30T10:00Z'],
    ['occurredAt', '2024-13-01'],
    ['occurredAt', '2024-02-29T10:30'],
    ['occurredAt', '2024-02-29 10:30Z'],
    ['occurredAt', '2024-02-29T24:00Z'],
    ['occurredAt', '2024-02-29T10:60Z'],
    ['occurredAt', '29/02/2024'],
    ['occurredAt', 'yesterday'],
    ['occurredAt', ''],
    ['occurredAt', '1969-12-31'],
    ['occurredAt', '9999999999999999'],
    ['occurredAt', -1],
    ['occurredAt', 1.5],
    ['occurredAt', null],
    ['occurredAt', '1'.repeat(10_000)],
    ['indicators', 'A,B'],
    ['indicators', ['A B']],
    ['indicators', [1]],
    ['indicators', 7],
    ['indicators', Array.from({ length: 1_001 }, () => 'A')],
    ['indicators', 'A;'.repeat(1_001)],
    ['indicators', 'A'.repeat(100_000)],
    ['child', ''],
    ['child', 'a\u0000b'],
    ['child', 'a'.repeat(257)],
    ['child', '\ud800'],
    ['child', 5],
    ['agency', ''],
    ['agencyKind', 'two words'],
    ['incident', ''],
    ['incident', ['seen']],
    ['id', 5],
    ['withdrawn', 'yes'],
    ['withdrawn', 1],
  ])('%s %j is refused', (field, value) => {
    let error: unknown
    try {
      parsed({ [field]: value })
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'ERR_ROW_MALFORMED' })
    expect((error as { field: string }).field.split('[')[0]).toBe(field)
  })

  test.each([['child'], ['agency'], ['agencyKind'], ['incident'], ['indicators'], ['occurredAt']])(
    'without %s is refused',
    (field) => {
      const rest = Object.fromEntries(Object.entries(ROW).filter(([name]) => name !== field))
      expect(() => parseReplayRow(rest, 1)).toThrow(expect.objectContaining({ code: 'ERR_ROW_MALFORMED', field }))
    },
  )

  test.each([[undefined], [null], ['text'], [[]], [{ ...ROW, note: 'x' }]])('%j is no row', (value) => {
    expect(() => parseReplayRow(value, 1)).toThrow(expect.objectContaining({ code: 'ERR_ROW_MALFORMED' }))
  })

  test('what stood in it is not in the refusal', () => {
    for (const parts of [{ child: 'MARK\n' }, { occurredAt: 'MARK' }, { indicators: 'MARK,MARK' }, { MARK: 1 }]) {
      expect(() => parsed(parts)).toThrow(expect.not.objectContaining({ message: expect.stringContaining('MARK') }))
    }
  })
})

describe('grouping', () => {
  test('gives the checks of each child, without its key', async () => {
    const rows = [
      parsed({ id: '1' }),
      parsed({ child: 'k2', id: '2' }),
      parsed({ id: '3' }),
      parsed({ child: '__proto__', id: '4' }),
    ]
    const children = await groupByChild(rows)
    expect(children.map(({ checks }) => checks.map(({ id }) => id))).toEqual([['1', '3'], ['2'], ['4']])
    expect(JSON.stringify(children)).not.toMatch(/k1|k2|__proto__/)
  })

  test('takes rows as they come', async () => {
    async function* rows() {
      yield parsed({ id: '1' })
      yield parsed({ id: '2' })
    }
    expect(await groupByChild(rows())).toHaveLength(1)
  })
})
