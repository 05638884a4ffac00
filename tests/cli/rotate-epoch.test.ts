import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { initHub } from '../../src/index.js'
import { runHere } from './run-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'child-index-epochs-'))
const dir = join(folder, 'hub')
const rotate = (...args: readonly string[]) => runHere(['rotate-epoch', ...args, '--dir', dir])

beforeAll(async () => {
  await using _ = await initHub({ path: dir, name: 'Anytown' })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('rotates, says until when the former ids work, and refuses to cut a window short unless told to', async () => {
  const first = await rotate()
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toMatch(/^Begun: epoch 2\nChild ids of epoch 1 are taken until \d{4}-\d\d-\d\d \d\d:\d\d UTC\n$/)
  const status = await runHere(['status', '--dir', dir])
  expect(status.stdout).toMatch(/^ids {8}of epoch 2; those of the one before until \d{4}-\d\d-\d\d/m)
  expect(await rotate()).toMatchObject({ code: 2, stderr: expect.stringContaining('ERR_ROSTER_INVALID') })
  const early = await rotate('--early', '--overlap-days', '0', '--json')
  expect(JSON.parse(early.stdout)).toEqual({ outcome: 'rotated', epoch: 3, formerUntil: expect.any(Number) })
  expect((await runHere(['status', '--dir', dir])).stdout).toMatch(/^ids {8}of epoch 3$/m)
})

test.each(['ninety', '-1', '1.5', '367', '9999', ''])('refuses an overlap of %j', async (days) => {
  const ran = await rotate('--early', `--overlap-days=${days}`)
  expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('ERR_REQUEST_INVALID') })
})
