import { expect, test } from 'vitest'
import { leafPages, leavesOf, PAGE_LEAVES_MAX } from '../../src/store/sqlite/leaf-pages.js'
import { filled, leaf } from '../../src/testing/store-contract/fixtures.js'

const beside = (position: number, rows: number) =>
  Array.from({ length: rows }, (_, row) => ({ position, ...leaf(row) }))

test('rows share pages: few of many rows, none of two entries, one alone of a megabyte', () => {
  const rows = 10 * PAGE_LEAVES_MAX + 1
  expect(leafPages(beside(0, rows))).toHaveLength(11)
  expect(leafPages([...beside(0, 3), ...beside(1, 3)]).map(({ place }) => place)).toEqual([2, 65_538])
  const long = beside(0, 5).map((one) => ({ ...one, bytes: filled(1_048_576, 1) }))
  expect(leafPages(long)).toHaveLength(5)
  expect(leafPages([])).toEqual([])
})

test('a page whose lengths do not add up is damaged', () => {
  const [page] = leafPages(beside(0, 3))
  const { fixed, content } = page!
  expect(leavesOf({ fixed, content })).toEqual([0, 1, 2].map(leaf))
  for (const [at, byte] of [
    [0, 33],
    [1, 1],
    [4, 51],
    [14, 0],
  ] as const) {
    const changed = content.slice()
    changed[at] = byte
    expect(() => leavesOf({ fixed, content: changed })).toThrow(expect.objectContaining({ code: 'ERR_STORE_DAMAGED' }))
  }
  for (const length of [0, 14, content.length - 1]) {
    expect(() => leavesOf({ fixed, content: content.slice(0, length) })).toThrow('damaged')
  }
})
