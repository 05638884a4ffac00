import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'

/** That the benchmarks of finding children run, and write what they measured. */

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'child-index-matching-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Written {
  readonly trials: readonly { readonly name: string; readonly value: number; readonly ratio: number }[]
  readonly lookalikes?: { readonly falseLinks: number; readonly cases: number }
  readonly febrl4?: { readonly precision: number; readonly recallAutomatic: number }
  readonly generated?: readonly { readonly children: number; readonly falseLinks: number }[]
  readonly dataSet?: {
    readonly precision: number
    readonly recallAutomatic: number
    readonly recallWithCandidates: number
    readonly falseLinks: number
  }
}

function bench(name: string, ...args: readonly string[]): { readonly said: string; readonly written: Written } {
  const file = join(folder, `${name}.json`)
  const run = spawnSync(process.execPath, ['--import', 'tsx', `bench/${name}.ts`, '--json', file, ...args], {
    cwd: root,
    encoding: 'utf8',
  })
  expect(run.stderr).toBe('')
  expect(run.status).toBe(0)
  return { said: run.stdout, written: JSON.parse(readFileSync(file, 'utf8')) as Written }
}

describe('matching', () => {
  test('of lookalikes and generated children: no false link', () => {
    const { said, written } = bench('matching', '--quick')
    expect(written.lookalikes).toMatchObject({ cases: 240, falseLinks: 0 })
    expect(written.generated).toMatchObject([
      { children: 300, falseLinks: 0 },
      { children: 600, falseLinks: 0 },
    ])
    expect(written.trials.map(({ name }) => name)).toContain('generated-300/recall-with-candidates')
    const hasData = existsSync(join(root, '../shared/data/febrl'))
    expect(said.includes('left out')).toBe(!hasData)
    expect(written.febrl4?.precision).toBe(hasData ? 1 : undefined)
  }, 180_000)

  test('of a data set of one’s own', () => {
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    const { written } = bench(
      'matching',
      '--register',
      file('a.csv', 'no,first,last,born,pc\n1,Amina,Okafor,2015-03-02,NX1 1AA\n2,Ella,Novak,2016-05-06,NX2 2BB\n'),
      '--lookup',
      file('b.csv', 'no,first,last,born,pc\n7,Amina,Okafor,2015-03-02,NX1 1AA\n8,Ellie,Novak,2016-05-06,NX2 2BB\n'),
      '--truth',
      file('links.csv', 'register,lookup\n1,7\n'),
      '--columns',
      file(
        'map.json',
        '{"id":"no","givenNames":"first","familyName":"last","dateOfBirth":{"column":"born","format":"YYYY-MM-DD"},"postcode":"pc"}',
      ),
    )
    expect(written.dataSet).toMatchObject({ precision: 1, recallAutomatic: 1, recallWithCandidates: 1, falseLinks: 0 })
  }, 60_000)
})

test('look-ups at two sizes, by number and by details, with what they take', () => {
  const { written } = bench('lookups', '--quick')
  const names = written.trials.map(({ name }) => name)
  for (const size of [100, 200])
    for (const name of ['number', 'details'])
      expect(names).toEqual(expect.arrayContaining([`${name}/${size}/p50`, `${name}/${size}/p99`]))
  expect(names).toEqual(expect.arrayContaining(['disk/200', 'memory/200', 'register/200']))
}, 120_000)
