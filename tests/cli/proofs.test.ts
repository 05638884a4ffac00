import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { initHub } from '../../src/index.js'
import { launch, runHere } from './run-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'child-index-proofs-'))
const at = (name: string) => join(folder, name)
const hub = (...args: readonly string[]) => runHere([...args, '--dir', at('hub'), '--json'])
const witness = (...args: readonly string[]) => runHere(['witness', ...args, '--dir', at('witness'), '--json'])
let exported: { pin: string; log: string; head: string }

beforeAll(async () => {
  await using _ = await initHub({ path: at('hub'), name: 'Anytown' })
})
beforeAll(async () => {
  const ran = await hub('export', '--out', at('first.ndjson'), '--checks', '--cases')
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  exported = JSON.parse(ran.stdout)
  writeFileSync(at('first.txt'), exported.head)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a bundle', () => {
  test('is verified where there is no hub, and is not written over', async () => {
    const args = ['verify', at('first.ndjson'), '--pin', exported.pin, '--head', at('first.txt')]
    const ran = await runHere(args)
    expect(ran).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^Verified: 2 entries\nok {2}/) })
    expect(JSON.parse((await runHere([...args, '--json'])).stdout)).toMatchObject({ verified: true, size: 2 })
    expect(await hub('export', '--out', at('first.ndjson'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ERR_FILE_EXISTS'),
    })
  })

  test('that was changed is told by the exit code', async () => {
    writeFileSync(
      at('changed.ndjson'),
      readFileSync(at('first.ndjson'), 'utf8').replace('"position":1', '"position":2'),
    )
    const ran = await runHere(['verify', at('changed.ndjson'), '--pin', exported.pin])
    expect(ran).toMatchObject({ code: 1, stdout: expect.stringMatching(/^NOT VERIFIED/) })
  })

  test('needs a pin, and a hub takes none', async () => {
    for (const args of [[at('first.ndjson')], [at('first.ndjson'), '--pin', 'ab:cd'], ['--pin', exported.pin]])
      expect(await runHere(['verify', ...args])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('ERR_REQUEST_INVALID'),
      })
    expect(await runHere(['verify', at('none.ndjson'), '--pin', exported.pin])).toMatchObject({ code: 2 })
  })
})

describe('a witness', () => {
  test('is made, follows, answers offline, refuses what is older, and shows what it knows', async () => {
    expect(JSON.parse((await witness('init', '--name', 'witness.example/w1')).stdout)).toMatchObject({
      key: expect.stringMatching(/^witness\.example\/w1\+[0-9a-f]{8}\+/),
    })
    expect(await witness('init', '--name', 'another')).toMatchObject({ code: 2 })
    writeFileSync(
      at('request.txt'),
      (JSON.parse((await hub('prove', '--from', '0')).stdout) as { request: string }).request,
    )
    expect(JSON.parse((await witness('answer', at('request.txt'))).stdout)).toEqual({ status: 404 })
    expect(await witness('follow', exported.log)).toMatchObject({ code: 0 })
    const answered = await witness('answer', at('request.txt'))
    expect(JSON.parse(answered.stdout)).toEqual({ status: 200, line: expect.stringMatching(/^— witness\.example/) })
    expect(JSON.parse((await witness('answer', at('request.txt'))).stdout)).toEqual({ status: 409, size: 2 })
    const { stdout } = await witness('status')
    expect(JSON.parse(stdout)).toMatchObject({ hubs: [{ isFollowed: true, size: 2, refused: [] }] })
    expect((await runHere(['witness', 'status', '--dir', at('witness')])).stdout).toContain('followed  child-index/v1/')
    expect(await witness('follow', exported.log.replace('+', '-'))).toMatchObject({ code: 2 })
  })

  test('does not sign without its memory, nor beside another process', async () => {
    writeFileSync(join(at('witness'), 'witness.lock'), String(process.pid))
    expect(await witness('answer', at('request.txt'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ERR_STORE_BUSY'),
    })
    // A process that is gone holds nothing.
    writeFileSync(join(at('witness'), 'witness.lock'), '999999999')
    expect(await witness('answer', at('request.txt'))).toMatchObject({ code: 1 })
    const kept = readFileSync(join(at('witness'), 'witness.json'))
    rmSync(join(at('witness'), 'witness.json'))
    expect(await witness('answer', at('request.txt'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ERR_FILE_MISSING'),
    })
    writeFileSync(join(at('witness'), 'witness.json'), kept.subarray(0, -3))
    expect(await witness('status')).toMatchObject({ code: 2, stderr: expect.stringContaining('ERR_FILE_INVALID') })
    writeFileSync(join(at('witness'), 'witness.json'), kept)
  })

  test('serves until it is killed, and remembers what it signed', async () => {
    expect(await runHere(['rotate-epoch', '--dir', at('hub')])).toMatchObject({ code: 0 })
    const { request } = JSON.parse((await hub('prove', '--from', '2')).stdout) as { request: string }
    const { child, ended } = launch(['witness', 'serve', '--port', '0', '--dir', at('witness')], folder)
    const address = await new Promise<string>((resolve, reject) => {
      child.stdout.on('data', (text: string) => {
        const found = /Listening: (\S+)/.exec(text)?.[1]
        if (found !== undefined) resolve(found)
      })
      ended.then((ran) => reject(new Error(ran.stderr)), reject)
    })
    const reply = await fetch(`${address}/add-checkpoint`, { method: 'POST', body: request })
    expect([reply.status, (await reply.text()).slice(0, 20)]).toEqual([200, '— witness.example/w1'])
    child.kill('SIGKILL')
    await ended.catch(() => undefined)
    const { hubs } = JSON.parse((await witness('status')).stdout) as { hubs: { size: number }[] }
    expect(hubs[0]?.size).toBeGreaterThan(2)
  })
})

test('heads are compared without a hub', async () => {
  const { request } = JSON.parse((await hub('prove', '--from', '2')).stdout) as { request: string }
  writeFileSync(at('proof.txt'), request)
  writeFileSync(at('second.txt'), request.slice(request.indexOf('\n\n') + 2))
  const compare = (...more: readonly string[]) =>
    runHere(['compare-heads', at('first.txt'), at('second.txt'), '--log', exported.log, ...more])
  expect(await compare()).toMatchObject({ code: 1, stdout: expect.stringContaining('Nothing is known') })
  expect(await compare('--proof', at('proof.txt'))).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('continues'),
  })
  // Another journal of this hub, in which the same keys signed something else.
  expect(await hub('prove', '--from', '99999')).toMatchObject({ code: 2 })
})
