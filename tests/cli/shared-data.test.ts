import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { runHere } from './run-cli.js'

// Test patients of the NHS, who do not exist. The file is not part of this project; story.test.ts shows the same without it.
const patients = fileURLToPath(new URL('../../../shared/data/nhs/pds_int_test_patients_mavis.csv', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'child-index-patients-'))
const at = (name: string): string => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.skipIf(!existsSync(patients))(
  'every test patient is accounted for, and a second time nothing changes',
  async () => {
    const hub = ['--dir', at('hub'), '--json']
    const cli = async (...args: string[]) => JSON.parse((await runHere([...args, ...hub])).stdout)
    await cli('init', '--name', 'Anytown')
    await cli('enrol', 'sealer', 'births', '--key', at('births.key.json'))
    const args = ['--sealer', at('births.key.json'), '--test-numbers', '--care-leavers', '--rejects', at('rejects.csv')]
    const first = await cli('register', patients, ...args)
    expect(first.rows).toBe(687)
    expect(first.registered + first.rejected).toBe(687)
    expect(first.registered).toBeGreaterThan(250)
    const rejects = readFileSync(at('rejects.csv'), 'utf8').trimEnd().split('\n')
    expect(rejects).toHaveLength(1 + first.rejected)
    const { journalSize } = await cli('status')
    const again = await cli('register', patients, ...args)
    expect(again).toEqual({ ...first, registered: 0, unchanged: first.registered })
    expect((await cli('status')).journalSize).toBe(journalSize)
  },
  180_000,
)
