import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseReleaseAnswer } from '../../src/case/messages.js'
import {
  REFUSAL_REASONS,
  type RefusalReason,
  type ReleaseAnswer,
  requestHash,
  shareInfo,
  signAnswer,
  signRequest,
} from '../../src/case/opening.js'
import { releaseInfo } from '../../src/custodian/knowledge.js'
import { lockRestored } from '../../src/custodian.js'
import { createKeyFile, fileCustodianStore } from '../../src/embedded/files.js'
import type { HubContext } from '../../src/hub/context.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { decodeMessage, encodeMessage, type Message, type Port, serve } from '../../src/port.js'
import { hpkeKey, hpkeOpen, hpkeSeal } from '../../src/seal/hpke.js'
import { decodeRecord, shareHash } from '../../src/seal/record.js'
import { ASK, type HouseOfCustodians, houseOfCustodians } from '../support/custodians.js'
import { forge, keyOf } from '../support/forge.js'
import { childDetails, nhsNumber } from '../support/house.js'

const ONE = 'custodian-1'
const EMPTY = new Uint8Array(0)
const script = fileURLToPath(new URL('release-halfway.ts', import.meta.url))

let folder: string
let made: HouseOfCustodians
let hub: HubContext
const logOf = (id: string): string => join(folder, `${id}.ndjson`)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'custodian-crash-'))
  made = await houseOfCustodians({ custodianStore: (id) => fileCustodianStore(logOf(id)) })
  const { it } = made
  await it.register(childDetails(1))
  await it.police.check({
    child: { nhsNumber: nhsNumber(1) },
    incident: 'police-protection',
    occurredAt: it.clock.now,
    reference: 'one',
    practitioner: 'PC 42',
  })
  await it.hub.caughtUp()
  hub = await it.context()
  await createKeyFile(join(folder, 'key.json'), { kind: 'custodian', keys: made.keys(ONE) })
  // By it the roster is proven to all of them.
  expect((await it.first.open(ASK)).released).toHaveLength(3)
})
afterAll(async () => {
  await made.it[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** A release message that custodian 1 must answer, and the key that only the officer has. */
async function request() {
  const oneUseKey = await hpkeKey(hub.random)
  const { message } = await forge(made.it, hub, { request: { oneUseKey: oneUseKey.publicKey } })
  const { to } = message.consistency
  return { oneUseKey, message: { ...message, consistency: await hub.ledger.consistency(to, to) } }
}
type Request = Awaited<ReturnType<typeof request>>

async function bodyOf({ message }: Pick<Request, 'message'>): Promise<{ readonly sealed: Uint8Array }> {
  const { publicKey } = made.keys(ONE).hpke
  return { sealed: await hpkeSeal(publicKey, releaseInfo(hub.id, ONE), EMPTY, toJsonBytes(message)) }
}

async function answer(asked: Pick<Request, 'message'>): Promise<Uint8Array> {
  return ((await made.ask(ONE, 'release', await bodyOf(asked))) as { readonly answer: Uint8Array }).answer
}
const said = (bytes: Uint8Array): ReleaseAnswer => parseReleaseAnswer(fromJsonBytes(bytes))

/** Kills a custodian with this request half done, by a signal that no process can catch. */
async function kill(asked: Request, where: 'before' | 'after'): Promise<void> {
  const founding = made.it.founding
  if (founding === undefined) throw new Error('a house in memory has a founding')
  const sender = { hub: hub.id, party: 'hub', key: founding.keys.signing }
  const message = encodeMessage('release', toJsonBytes(await bodyOf(asked)), made.it.clock.now, sender)
  await writeFile(join(folder, 'message'), message)
  const files = [join(folder, 'key.json'), logOf(ONE), join(folder, 'message')]
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...files, where, String(made.it.clock.now)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.stdout.on('data', () => child.kill('SIGKILL'))
  const signal = await new Promise((resolve) => child.on('exit', (_, by) => resolve(by)))
  expect(signal).toBe('SIGKILL')
}

const eventsOf = async ({ message }: Request) =>
  (await fileCustodianStore(logOf(ONE)).load(0)).flatMap((event) => {
    const isOfIt = (event.kind === 'opening' || event.kind === 'answered') && equal(event.opening, message)
    return isOfIt ? [event] : []
  })
const equal = (opening: Uint8Array, { signed }: Request['message']): boolean =>
  Buffer.compare(opening, signed.request.opening) === 0

async function otherBytes({ message }: Request): Promise<Pick<Request, 'message'>> {
  const changed = { ...message.signed.request, purpose: 'assessment' as const }
  return { message: { ...message, signed: signRequest(hub.id, changed, keyOf(made.it, 'first').signing) } }
}

describe('killed between the opening and its answer', () => {
  test('the custodian gives the share to the same request, and to no other', async () => {
    const asked = await request()
    await kill(asked, 'before')
    expect((await eventsOf(asked)).map(({ kind }) => kind)).toEqual(['opening'])
    await made.restart(ONE)
    expect(said(await answer(await otherBytes(asked)))).toMatchObject({ reason: 'opening-used-before' })
    const first = await answer(asked)
    await requireShare(asked, said(first))
    expect(await answer(asked)).toEqual(first)
    await made.restart(ONE)
    expect(await answer(asked)).toEqual(first)
  })
})

describe('killed between the answer and its arrival', () => {
  test('the same request gets the same bytes', async () => {
    const asked = await request()
    await kill(asked, 'after')
    const [, answered] = await eventsOf(asked)
    await made.restart(ONE)
    const again = await answer(asked)
    expect(answered).toMatchObject({ kind: 'answered', answer: again })
    await requireShare(asked, said(again))
    expect(said(await answer(await otherBytes(asked)))).toMatchObject({ reason: 'opening-used-before' })
  })
})

async function requireShare({ oneUseKey, message }: Request, released: ReleaseAnswer): Promise<void> {
  if (released.kind !== 'released') throw new Error(released.reason)
  const record = decodeRecord(message.evidence.record.bytes)
  const info = shareInfo(hub.id, message.signed.request, released.index)
  const share = await hpkeOpen(oneUseKey, info, EMPTY, released.share)
  const expected = record.shares.find(({ custodian }) => custodian === released.index)?.shareHash
  expect(shareHash(record.label, released.index, share)).toEqual(expected)
}

test('a refusal does not use the opening id up', async () => {
  const asked = await request()
  await lockRestored(fileCustodianStore(logOf(ONE)), made.it.clock.now, hub.random)
  expect(said(await answer(asked))).toMatchObject({ kind: 'refused', reason: 'custodian-locked' })
  await made.it.hub.unlock(ONE)
  expect(said(await answer(asked))).toMatchObject({ kind: 'released' })
})

test('two openings at once are both right', async () => {
  const { first, second } = made.it
  const both = await Promise.all([first.open(ASK), second.open({ ...ASK, group: 'carers' })])
  expect(both.map(({ released }) => released.length)).toEqual([3, 3])
  const [one, two] = await Promise.all([first.read(both[0].opening), second.read(both[1].opening)])
  expect(one.details).toMatchObject({ familyName: childDetails(1).familyName })
  expect(two.details).toEqual(childDetails(1).carers)
})

test.each(REFUSAL_REASONS)('a refusal is journalled once: %s', async (reason) => {
  const honest = made.port(ONE)
  const refuse = serve(new Map([['release', (message) => refusal(message, reason)]]))
  const refusing: Port = {
    send: (message, options) => (decodeMessage(message).verb === 'release' ? refuse : honest).send(message, options),
  }
  made.replace(ONE, refusing)
  const from = await made.it.hub.journal.size()
  const opening = await made.it.first.open(ASK)
  made.replace(ONE, honest)
  expect(opening.refused).toMatchObject([{ custodian: ONE, reason }])
  const entries = await hub.ledger.read(from, 100)
  const refusals = entries.filter(({ entry }) => entry?.type === 'refusal')
  expect(refusals.map(({ entry }) => entry && fromJsonBytes(entry.body))).toMatchObject([{ custodian: ONE, reason }])
})

/** What custodian 1 would say to a release if it had this reason to refuse it. */
async function refusal({ body }: Message, reason: RefusalReason): Promise<Uint8Array> {
  const { sealed } = fromJsonBytes(body) as { readonly sealed: Uint8Array }
  const { hpke, signing } = made.keys(ONE)
  const opened = await hpkeOpen(hpke, releaseInfo(hub.id, ONE), EMPTY, sealed)
  const { signed } = fromJsonBytes(opened) as Request['message']
  const hash = requestHash(hub.id, signed.request)
  const answer = signAnswer(hub.id, { kind: 'refused', custodian: ONE, requestHash: hash, reason }, signing)
  return toJsonBytes({ answer: toJsonBytes(answer) })
}
