import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fromHex } from '../../src/bytes.js'
import { openCustodian } from '../../src/custodian.js'
import { readCustodianFolder } from '../../src/embedded/custodian-folder.js'
import { hubFolder, readKeyFile } from '../../src/embedded/files.js'
import { readWiring } from '../../src/embedded/wiring.js'
import { createOfficer, openHub, type Port } from '../../src/index.js'
import { decodeMessage } from '../../src/port.js'
import { openSqliteStore } from '../../src/sqlite.js'
import { systemClock, systemRandom } from '../../src/system.js'
import { connectPort, servePort } from '../../src/transport.js'
import { takingCases } from '../support/house.js'
import { launch, type Ran, runHere } from './run-cli.js'

/** Custodians as processes of their own, from their founding on: each test carries on from the one before it. */

const folder = mkdtempSync(join(tmpdir(), 'apart-'))
const at = (...names: string[]): string => join(folder, ...names)
const hub = at('hub')
const FAMILY = 'Quibblethwaite'
const seen: Ran[] = []
const cli = async (...args: string[]): Promise<Ran> => {
  const ran = await runHere(args)
  seen.push(ran)
  return ran
}
const json = async (...args: string[]): Promise<Record<string, unknown>> => {
  const ran = await cli(...args, '--json')
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  return JSON.parse(ran.stdout)
}
const refused = async (code: string, ...args: string[]): Promise<void> => {
  const ran = await cli(...args)
  expect(ran.stderr).toContain(code)
  expect(ran).toMatchObject({ code: 2, stdout: '' })
}

const processes = new Map<
  number,
  { readonly child: ChildProcess; readonly ended: Promise<Ran>; readonly address: string }
>()
async function serve(number: number): Promise<string> {
  const { child, ended } = launch(['custodian', 'serve', '--dir', at(`c${number}`), '--json', '--log'], folder)
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', resolve)
    void ended.then((ran) => reject(new Error(ran.stderr)))
  })
  const { address } = JSON.parse(line)
  processes.set(number, { child, ended, address })
  return address
}
async function end(number: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<Ran | undefined> {
  const running = processes.get(number)
  processes.delete(number)
  running?.child.kill(signal)
  const ran = await running?.ended
  if (ran !== undefined) seen.push(ran)
  return ran
}
afterAll(async () => {
  for (const number of [...processes.keys()]) await end(number, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

async function enrolCustodians(of: string, prefix: string, listen: (n: number) => string): Promise<void> {
  for (const n of [1, 2, 3]) {
    const own = ['--dir', at(`${prefix}${n}`), '--hub', join(of, 'hub.json'), '--id', `custodian-${n}`]
    await json('custodian', 'init', ...own, '--controller', `Body ${n}`, '--approve', 'all', '--listen', listen(n))
  }
}
const enrolment = (prefix: string, n: number): string => at(`${prefix}${n}`, `custodian-${n}.enrolment.json`)
const signature = (prefix: string, n: number): string => at(`${prefix}${n}`, `custodian-${n}.signature.json`)
async function signAll(of: string, prefix: string): Promise<void> {
  const genesis = join(of, 'genesis.json')
  await json('custodian', 'sign', genesis, '--dir', at(`${prefix}1`))
  for (const n of [2, 3])
    await json('custodian', 'sign', genesis, '--dir', at(`${prefix}${n}`), '--first', signature(prefix, 1))
}

describe('a founding', () => {
  test('draws every key where it stays, and nothing that is sent holds one', async () => {
    await json('init', '--name', 'Anytown', '--apart', '--dir', hub)
    await enrolCustodians(hub, 'c', (n) => (n === 3 ? 'tcp:127.0.0.1:0' : `unix:${at(`${n}.sock`)}`))
    expect(statSync(at('c1', 'custodian.key.json')).mode & 0o777).toBe(0o600)
    const enrolments = [1, 2, 3].map((n) => enrolment('c', n))
    await json('found', '--dir', hub, '--enrolment', ...enrolments, '--delay-hours', '0')
    await signAll(hub, 'c')
    const [first, second, third] = await Promise.all([1, 2, 3].map((n) => readCustodianFolder(at(`c${n}`))))
    expect(second?.keys.lookupKeys).toEqual(first?.keys.lookupKeys)
    expect(third?.keys.lookupKeys).toEqual(first?.keys.lookupKeys)
    const roots = [first, second, third].map((each) => Buffer.from(each?.keys.roots[0].key ?? []).toString('hex'))
    expect(new Set(roots).size).toBe(3)
    const sent = [
      join(hub, 'hub.json'),
      join(hub, 'genesis.json'),
      ...enrolments,
      ...[1, 2, 3].map((n) => signature('c', n)),
    ]
    const text = sent.map((file) => readFileSync(file, 'utf8')).join()
    for (const each of [first, second, third]) {
      const { signing, hpke, roots, lookupKeys } = each?.keys ?? expect.fail('no keys')
      for (const secret of [signing.seed, hpke.privateKey, roots[0].key, lookupKeys[0].key])
        expect(text).not.toContain(Buffer.from(secret).toString('base64'))
    }
  })

  test('may be repeated at every step, and changes nothing then', async () => {
    const before = readFileSync(signature('c', 1), 'utf8')
    await json('init', '--name', 'Anytown', '--apart', '--dir', hub)
    await json('found', '--dir', hub, '--enrolment', ...[1, 2, 3].map((n) => enrolment('c', n)), '--delay-hours', '0')
    await signAll(hub, 'c')
    expect(readFileSync(signature('c', 1), 'utf8')).toBe(before)
  })

  test('refuses what is not as it should be', async () => {
    const genesis = join(hub, 'genesis.json')
    const other = at('other')
    await refused('ERR_FILE_EXISTS', 'init', '--name', 'Elsewhere', '--apart', '--dir', hub)
    await json('init', '--name', 'Elsewhere', '--apart', '--dir', other)
    await refused('ERR_KEY_WRONG', 'found', '--dir', other, '--enrolment', enrolment('c', 1), enrolment('c', 2))
    await refused('ERR_ROSTER_INVALID', 'found', '--dir', hub, '--enrolment', enrolment('c', 1), enrolment('c', 3))
    await refused('ERR_PARTY_EXISTS', 'found', '--dir', hub, '--enrolment', enrolment('c', 1), enrolment('c', 1))
    const two = ['--signature', signature('c', 1), signature('c', 2)]
    await refused('custodian-3', 'found', '--dir', hub, ...two)
    await refused('ERR_ROSTER_INVALID', 'custodian', 'sign', genesis, '--dir', at('c1'), '--quorum', '3')
    await refused('ERR_REQUEST_INVALID', 'custodian', 'sign', genesis, '--dir', at('c2'))
    await refused('ERR_KEY_MISSING', 'custodian', 'sign', genesis, '--dir', at('c2'), '--first', signature('c', 2))
    const own = ['custodian', 'init', '--controller', 'X', '--dir']
    await refused('ERR_FILE_EXISTS', ...own, at('c1'), '--hub', join(hub, 'hub.json'), '--id', 'custodian-1')
    const written = JSON.parse(readFileSync(genesis, 'utf8'))
    const altered = (change: (file: typeof written) => void): string => {
      const copy = structuredClone(written)
      change(copy)
      writeFileSync(at('altered.json'), JSON.stringify(copy))
      return at('altered.json')
    }
    const sign = (file: string): readonly string[] => ['custodian', 'sign', file, '--dir', at('c1')]
    await refused('ERR_ROSTER_INVALID', ...sign(altered((file) => (file.genesis.keyset.quorum = 1))))
    await refused('ERR_ROSTER_INVALID', ...sign(altered((file) => (file.genesis.hub.name = 'Another'))))
    await refused(
      'ERR_SIGNATURE_INVALID',
      ...sign(altered((file) => (file.genesis.custodians[0].party.controller = 'A'))),
    )
    await refused('ERR_POLICY_UNKNOWN', ...sign(altered((file) => (file.policy.version += 1))))
    await refused('ERR_FILE_INVALID', ...sign(altered((file) => (file.genesis = 'x'.repeat(3_000_000)))))
    await refused('ERR_FILE_INVALID', 'custodian', 'sign', enrolment('c', 1), '--dir', at('c1'))
    await refused('ERR_FILE_MISSING', 'custodian', 'sign', at('none.json'), '--dir', at('c1'))
  })
})

describe('three custodians in processes of their own', () => {
  test('serve the whole story, over Unix sockets and TCP', async () => {
    const [, , third] = [await serve(1), await serve(2), await serve(3)]
    const signatures = [1, 2, 3].map((n) => signature('c', n))
    await json('found', '--dir', hub, '--signature', ...signatures, '--address', `custodian-3=${third}`)
    await refused(
      'ERR_FILE_EXISTS',
      'found',
      '--dir',
      hub,
      '--signature',
      ...signatures,
      '--address',
      `custodian-3=${third}`,
    )
    expect(await json('status', '--dir', hub)).toMatchObject({
      custodiansApart: true,
      warnings: [],
      custodianPlaces: [1, 2, 3].map((n) => ({ custodian: `custodian-${n}`, apart: true, reached: true })),
    })
    await json('enrol', 'sealer', 'births', '--key', at('births.json'), '--dir', hub)
    await json('enrol', 'agency', 'police', '--kind', 'police', '--key', at('police.json'), '--dir', hub)
    const until = ['--training-until', '2099-01-01', '--vetting-until', '2099-01-01']
    await json('enrol', 'officer', 'o-1', '--person', 'p-1', ...until, '--key', at('officer.json'), '--dir', hub)
    const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
    writeFileSync(
      at('children.csv'),
      `NHS_NUMBER,GIVEN_NAME,FAMILY_NAME,DATE_OF_BIRTH,POST_CODE\n9990000018,Zerelda,${FAMILY},2019-03-04,NX1 1AA\n`,
    )
    writeFileSync(
      at('checks.csv'),
      `child_nhs_number,incident,indicators,occurred_at,reference,practitioner\n9990000018,police-protection,,${day},A/1,pc\n`,
    )
    await json('register', at('children.csv'), '--sealer', at('births.json'), '--test-numbers', '--dir', hub)
    await json('check', at('checks.csv'), '--agency', at('police.json'), '--test-numbers', '--dir', hub)
    await json('take', '1', '--officer', at('officer.json'), '--dir', hub)
    const opened = await cli(
      'open',
      '1',
      '--officer',
      at('officer.json'),
      '--purpose',
      'referral',
      '--basis',
      'public-task',
      '--dir',
      hub,
    )
    expect(opened).toMatchObject({ code: 0, stderr: '' })
    expect(opened.stdout).toContain(FAMILY)
    // What the officer was shown; nothing else may say it.
    seen.splice(seen.indexOf(opened), 1)
    const { releases, today, lastSeen } = await json('custodian', 'status', '--dir', at('c2'))
    expect(releases).toMatchObject([{ case: 1, officer: 'o-1' }])
    expect(lastSeen).toBeGreaterThan(2)
    expect(today).toMatchObject({ number: { of: 2_000_000 } })
  })

  test('go on after one was killed: the same answer to the same request, and nothing of the day or its history lost', async () => {
    const before = await json('custodian', 'status', '--dir', at('c2'))
    const { id, keys } = await readKeyFile(hubFolder(hub).hubKey, 'hub')
    const sent: Uint8Array[] = []
    const replies: Uint8Array[] = []
    const ports = new Map<string, Port & { close(): void }>()
    for (const place of await readWiring(hub)) {
      const { custodian, address, publicKey } = 'address' in place ? place : expect.fail('not apart')
      const port = connectPort({ address, identity: keys.signing, peer: fromHex(publicKey) })
      const recorded = async (message: Uint8Array, options?: object): Promise<Uint8Array> => {
        const reply = await port.send(message, options)
        if (custodian === 'custodian-2' && decodeMessage(message).verb === 'release') {
          sent.push(message)
          replies.push(reply)
        }
        return reply
      }
      ports.set(custodian, { send: recorded, close: () => port.close() })
    }
    const store = await openSqliteStore(hubFolder(hub).database, { create: false })
    const options = { id, keys, store, custodians: ports, clock: systemClock, random: systemRandom }
    await using it = await openHub({ ...options, custodiansApart: true })
    const { kind: _, pin, oneUseKeys: __, ...officer } = await readKeyFile(at('officer.json'), 'officer')
    const first = takingCases(
      createOfficer({ ...officer, hub: { pin, send: (message, more) => it.send(message, more) } }),
    )
    const ask = {
      case: 1,
      group: 'identity',
      purpose: 'referral',
      lawfulBasis: 'public-task',
    } as const
    await first.open(ask)
    expect(sent).toHaveLength(1)

    await end(2, 'SIGKILL')
    expect(await it.custodians()).toMatchObject([
      { reached: true },
      { custodian: 'custodian-2', reached: false, code: 'ERR_CUSTODIAN_UNAVAILABLE' },
      { reached: true },
    ])
    const { released } = await first.open(ask)
    expect(released).toHaveLength(2)

    await serve(2)
    const again = await ports.get('custodian-2')?.send(sent[0] ?? new Uint8Array(0))
    expect(again).toEqual(replies[0])
    const after = await json('custodian', 'status', '--dir', at('c2'))
    expect((after.releases as object[]).slice(0, 1)).toEqual(before.releases)
    expect(after.releases).toHaveLength(2)
    expect(after.lastSeen).toBeGreaterThanOrEqual(before.lastSeen as number)
    expect(after.today).toEqual(before.today)
    for (const port of ports.values()) port.close()
  })

  test('end when they are told to, and have said nothing of any child or key', async () => {
    const ended = await Promise.all([1, 2, 3].map((n) => end(n, 'SIGTERM')))
    for (const ran of ended) expect(ran?.code).toBe(0)
    expect(ended[0]?.stderr).toMatch(/^release answered \d+ ms$/m)
    const keys = [1, 2, 3].map((n) => readFileSync(at(`c${n}`, 'custodian.key.json'), 'utf8'))
    const secrets = [
      FAMILY,
      'Zerelda',
      '9990000018',
      ...keys.flatMap((text) => text.match(/[A-Za-z0-9+/]{43}=/g) ?? []),
    ]
    const open = keys.flatMap((text) => {
      const { hub, hpke } = JSON.parse(text).keys
      return [hub.id, hub.publicKey, hub.roster, hpke.publicKey]
    })
    const said = seen.map(({ stdout, stderr }) => stdout + stderr).join('\n')
    for (const secret of secrets.filter((each) => !open.includes(each))) expect(said).not.toContain(secret)
  })
})

describe('a hub', () => {
  let close: (() => Promise<void>)[] = []
  beforeAll(() => {
    close = []
  })
  afterAll(async () => {
    for (const each of close) await each()
  })

  test('has one custodian in its process and two behind addresses', async () => {
    const mixed = at('mixed')
    await json('init', '--name', 'Mixed', '--apart', '--dir', mixed)
    await enrolCustodians(mixed, 'm', (n) => `unix:${at(`m${n}.sock`)}`)
    await json('found', '--dir', mixed, '--enrolment', ...[1, 2, 3].map((n) => enrolment('m', n)), '--delay-hours', '0')
    await signAll(mixed, 'm')
    await json(
      'found',
      '--dir',
      mixed,
      '--signature',
      ...[1, 2, 3].map((n) => signature('m', n)),
      '--here',
      `custodian-1=${at('m1')}`,
    )
    await refused('ERR_CUSTODIAN_UNAVAILABLE', 'status', '--dir', mixed)
    for (const n of [2, 3]) {
      const { keys, store } = await readCustodianFolder(at(`m${n}`))
      const port = await openCustodian({ keys, store })
      const listen = `unix:${at(`m${n}.sock`)}`
      const serving = await servePort(port, { identity: keys.signing, peers: [keys.hub.publicKey], listen })
      close.push(() => serving.close())
    }
    const { warnings, ...status } = await json('status', '--dir', mixed)
    expect(status).toMatchObject({
      custodiansApart: false,
      custodianPlaces: [
        { custodian: 'custodian-1', apart: false, reached: true },
        { custodian: 'custodian-2', apart: true, reached: true },
        { custodian: 'custodian-3', apart: true, reached: true },
      ],
    })
    expect(warnings).toEqual([expect.stringContaining('custodian-1')])
    await json('enrol', 'sealer', 'births', '--key', at('mixed-births.json'), '--dir', mixed)
    expect((await json('custodian', 'status', '--dir', at('m1'))).rosterVersion).toBe(2)
  })
})
