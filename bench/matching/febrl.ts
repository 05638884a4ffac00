import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type DataSet, FEBRL, link, readDataSet, readRecords, readRows } from './data.js'

/** Where the public data sets lie beside the project; undefined where they do not. */
export function sharedData(): string | undefined {
  const folder = join(process.cwd(), '../shared/data')
  return existsSync(join(folder, 'febrl')) ? folder : undefined
}

/** FEBRL data set 4: 5,000 originals to register and 5,000 duplicates to look up, each the duplicate of one. */
export function febrl4(folder: string): DataSet {
  const file = (name: string): string => join(folder, 'febrl', name)
  return readDataSet({
    register: file('dataset4a.csv'),
    lookup: file('dataset4b.csv'),
    truth: file('gold_links_dataset4.csv'),
  })
}

/** FEBRL data set 1, on which keys are chosen: 500 originals and 500 duplicates out of one file. */
export function febrl1(folder: string): DataSet {
  const { records, invalidDates } = readRecords(join(folder, 'febrl/dataset1.csv'), 'dataset1.csv', FEBRL)
  const links = readRows(join(folder, 'febrl/gold_links_dataset1.csv'), 'gold_links_dataset1.csv', (row) => row)
  const of = (ending: RegExp) => records.filter(({ id }) => ending.test(id))
  return link({ records: of(/-org$/), invalidDates }, { records: of(/-dup-\d+$/), invalidDates: 0 }, links, FEBRL)
}
