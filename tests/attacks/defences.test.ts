import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DEFENCES } from '../slow/defences/list.js'

const read = (file: string): string => readFileSync(join(import.meta.dirname, '../..', file), 'utf8')

test('every defence that is taken out to try its test stands where it is said to, once', () => {
  const lost = DEFENCES.filter(({ file, find }) => read(file).split(find).length !== 2)
  expect(lost.map(({ attack, file }) => `${file}: ${attack}`)).toEqual([])
  expect(DEFENCES.filter(({ test: file }) => read(file).length === 0)).toEqual([])
})
