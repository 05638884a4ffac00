import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { concat, pack, tagOf, u64, unpack, unversioned, utf8Bytes, utf8Text } from '../../src/bytes.js'
import {
  type Determination,
  type DeterminationWithdrawal,
  signDetermination,
  signDeterminationWithdrawal,
} from '../../src/case/determination.js'
import { type LinkStatement, signLinkStatement } from '../../src/case/link.js'
import { type SignedRequest, signRequest } from '../../src/case/opening.js'
import { decodeSubmission, encodeSubmission, signBatch } from '../../src/check/batch.js'
import { decodeIdentifyRequest, type IdentifyRow } from '../../src/check/messages/identify-request.js'
import { signWithdrawal, type Withdrawal } from '../../src/check/withdrawal.js'
import { releaseInfo } from '../../src/custodian/knowledge.js'
import { ERROR_CODES } from '../../src/errors.js'
import { isIndexError, type Port } from '../../src/index.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { decodeMessage, encodeMessage, type Message } from '../../src/port.js'
import { hpkeOpen, hpkeSeal } from '../../src/seal/hpke.js'
import { issueInfo } from '../../src/seal/issue.js'
import type { SigningKey } from '../../src/signature.js'
import type { SeededRandom } from '../../src/testing/random.js'
import { keyOf } from './forge.js'
import { childDetails, type House } from './house.js'
import { byteMutants, jsonMutants, type Mutant, partMutants, sampled } from './mutants.js'

const EMPTY = new Uint8Array(0)

/** What came of the mutants of one verb. */
export interface Tally {
  refused: number
  /** Where the mutant happened to be a message that is in order. */
  answered: number
}

export interface Fuzzing {
  readonly tallies: Map<string, Tally>
  /** Mutants that were not answered as they must be. */
  readonly faults: string[]
  /** Everything that was said about them: replies and errors. */
  readonly said: Uint8Array[]
}

/** A wrong guess at the alias of a conference is journalled. */
const KEEPS_REFUSALS: ReadonlySet<string> = new Set(['join-conference'])

/** Where mutants go: the party that has to refuse them, and what it has written so far. */
export interface Target {
  readonly name: string
  readonly port: Port
  /** Waits for what is done in the background. */
  settled?(): Promise<void>
  /** How often something was written on account of a mutant, by the name that `underWay` had then. */
  written(mutant: string): number
}

/** Set while a mutant is worked on: tells what it wrote from what others do at the same time. */
export const underWay: AsyncLocalStorage<string> = new AsyncLocalStorage()

/** Sends so many mutants of a valid message, signed anew by whoever may sign it, and notes what comes of them. */
export async function fuzz(
  { tallies, faults, said }: Fuzzing,
  target: Target,
  { verb, mutants }: { readonly verb: string; readonly mutants: readonly Made[] },
): Promise<void> {
  const tally = tallies.get(verb) ?? { refused: 0, answered: 0 }
  tallies.set(verb, tally)
  for (const { what, make } of mutants) {
    await target.settled?.()
    const message = await make()
    const name = `${tally.refused + tally.answered} ${verb} ${what}`
    const outcome = await underWay.run(name, () => answerTo(target.port, message, said))
    if (outcome === 'answered') tally.answered += 1
    else if (outcome === 'refused') tally.refused += 1
    else faults.push(`${target.name} ${verb}, ${what}: ${outcome}`)
    if (outcome === 'refused' && !KEEPS_REFUSALS.has(verb) && target.written(name) > 0)
      faults.push(`${target.name} ${verb}, ${what}: refused, and something was written`)
  }
}

async function answerTo(port: Port, message: Uint8Array, said: Uint8Array[]): Promise<string> {
  let reply: Uint8Array
  try {
    reply = await port.send(message)
  } catch (error) {
    said.push(utf8Bytes(inspect(error, { depth: null, showHidden: true })))
    return isIndexError(error) ? 'refused' : `a fault: ${error instanceof Error ? error.stack : 'of no kind'}`
  }
  said.push(reply)
  if (reply.length > 1_000_000) return 'an answer of a megabyte'
  if (tagOf(unversioned(reply)) !== 'failure/v1') return 'answered'
  const [code] = unpack('failure/v1', reply, 3) as [Uint8Array]
  return ERROR_CODES.some((known) => known === utf8Text(code)) ? 'refused' : 'a code that nobody knows'
}

export interface Made {
  readonly what: string
  make(): Uint8Array | Promise<Uint8Array>
}

/** So many mutants of a message to the hub. */
export function hubMutants(it: House, bytes: Uint8Array, count: number, random: SeededRandom): readonly Made[] {
  const message = decodeMessage(bytes)
  const signer = it.keys.get(message.party)?.signing
  const body = bodyMutantsOf(it, message)
  return [
    ...sampled(body, count, random).map((mutant) => ({
      what: mutant.what,
      make: () => signedAnew(it, message, signer, mutant.bytes()),
    })),
    ...unsigned(bytes, count, random),
  ]
}

/** So many mutants of a message to a custodian. */
export async function custodianMutants(
  it: House,
  custodian: string,
  bytes: Uint8Array,
  count: number,
  random: SeededRandom,
): Promise<readonly Made[]> {
  const message = decodeMessage(bytes)
  const founding = it.founding
  const keys = founding?.custodians.find(({ id }) => id === custodian)
  if (founding === undefined || keys === undefined) throw new Error('no such custodian')
  const signer = message.party === 'hub' ? founding.keys.signing : it.keys.get(message.party)?.signing
  const made = (mutants: Iterable<Mutant>, wrapped: (body: Uint8Array) => Uint8Array | Promise<Uint8Array>): Made[] =>
    sampled(mutants, count, random).map((mutant) => ({
      what: mutant.what,
      make: async () => signedAnew(it, message, signer, await wrapped(mutant.bytes())),
    }))
  const plain = unsigned(bytes, count, random)
  if (message.verb === 'issue') {
    const info = issueInfo(it.hub.id, custodian, message.party)
    const inner = await hpkeOpen(keys.hpke, info, EMPTY, message.body)
    const seal = (body: Uint8Array) => hpkeSeal(keys.hpke.publicKey, info, EMPTY, body)
    return [...made(jsonMutants(inner), seal), ...made(byteMutants(message.body), (body) => body), ...plain]
  }
  const body = made(bodyMutantsOf(it, message), (changed) => changed)
  if (message.verb !== 'release') return [...body, ...plain]
  const info = releaseInfo(it.hub.id, custodian)
  const { sealed } = fromJsonBytes(message.body) as { sealed: Uint8Array }
  const inner = await hpkeOpen(keys.hpke, info, EMPTY, sealed)
  const seal = async (changed: Uint8Array) =>
    toJsonBytes({ sealed: await hpkeSeal(keys.hpke.publicKey, info, EMPTY, changed) })
  const resigned = function* (): Generator<Mutant> {
    for (const mutant of jsonMutants(inner)) {
      yield mutant
      yield { what: `${mutant.what}, signed by the officer`, bytes: () => resign(it, mutant.bytes()) }
    }
  }
  return [...made(resigned(), seal), ...body, ...plain]
}

function signedAnew(it: House, message: Message, signer: SigningKey | undefined, body: Uint8Array): Uint8Array {
  const { verb, party } = message
  const sender = signer === undefined ? undefined : { hub: it.hub.id, party, key: signer }
  return encodeMessage(verb, body, it.clock.now, sender)
}

/** The message with something wrong outside its body: nobody signs for that. */
function unsigned(bytes: Uint8Array, count: number, random: SeededRandom): readonly Made[] {
  const mutants = sampled(partMutants(bytes), Math.ceil(count / 3), random)
  return mutants.map(({ what, bytes: make }) => ({ what, make }))
}

function bodyMutantsOf(it: House, { verb, body }: Message): Generator<Mutant> {
  if (verb === 'check-batch') return checkMutants(it, body)
  if (verb === 'blind') return partMutants(body)
  return verb === 'identify' ? identifyMutants(body) : bodyMutants(it, body)
}

/** Rows in every spelling of a query, with something wrong in the spelling, or in the details that stand there as JSON. */
function* identifyMutants(body: Uint8Array): Generator<Mutant> {
  yield* partMutants(body)
  const [purpose = EMPTY] = unpack('identify-request/v2', body)
  const { commitment, practitioner } = decodeIdentifyRequest(body).rows[0] as IdentifyRow<unknown>
  const rows = (...bytes: readonly Uint8Array[]) => pack('identify-request/v2', purpose, concat(...bytes))
  const spelt = (...query: readonly Uint8Array[]) => rows(commitment, practitioner, ...query)
  const asJson = (json: Uint8Array) => spelt(Uint8Array.of(2), u64(json.length).subarray(4), json)
  const spellings: readonly (readonly [what: string, query: Uint8Array])[] = [
    ['of no kind', Uint8Array.of(3)],
    ['a number of eleven digits', Uint8Array.of(0, 255, 255, 255, 255, 255)],
    ['a number with a wrong check digit', Uint8Array.of(0, 0, 0, 0, 0, 1)],
    ['a number cut short', Uint8Array.of(0, 1, 2, 3)],
    ['an id of an epoch of five bits', concat(Uint8Array.of(1), new Uint8Array(16), Uint8Array.of(4))],
    ['an id cut short', concat(Uint8Array.of(1), new Uint8Array(15))],
    ['JSON past the end', concat(Uint8Array.of(2, 0, 0, 0, 9), toJsonBytes({}))],
    ['JSON of four gigabytes', Uint8Array.of(2, 255, 255, 255, 255)],
  ]
  for (const [what, query] of spellings) yield { what: `a row ${what}`, bytes: () => spelt(query) }
  yield { what: 'a number as JSON', bytes: () => asJson(toJsonBytes({ nhsNumber: '9990548609' })) }
  const row = concat(commitment, practitioner, Uint8Array.of(0, 2, 83, 123, 45, 193))
  yield { what: '1,001 rows', bytes: () => rows(...Array.from({ length: 1001 }, () => row)) }
  const { givenNames, familyName, dateOfBirth } = childDetails(1)
  const details = {
    givenNames,
    familyName,
    dateOfBirth,
    addresses: [{ lines: ['1 High Street'], postcode: 'NX2 1AA' }],
  }
  for (const { what, bytes } of jsonMutants(toJsonBytes({ details, confirm: { carerName: 'Grace' } })))
    yield { what: `details, ${what}`, bytes: () => asJson(bytes()) }
}

function* bodyMutants(it: House, body: Uint8Array): Generator<Mutant> {
  for (const mutant of jsonMutants(body)) {
    yield mutant
    if (hasInnerSignature(body)) yield { what: `${mutant.what}, signed anew`, bytes: () => resign(it, mutant.bytes()) }
  }
}

function* checkMutants(it: House, body: Uint8Array): Generator<Mutant> {
  yield* partMutants(body)
  const { batch, rows } = decodeSubmission('check-batch/v1', body)
  const [row] = rows
  if (row === undefined) return
  for (const { what, bytes } of partMutants(row.bytes)) {
    yield {
      what: `check, ${what}, signed anew`,
      bytes: () => {
        const key = keyOf(it, batch.agency).signing
        return encodeSubmission(signBatch('check-batch/v1', batch.hub, batch.agency, [bytes()], key, randomBytes))
      },
    }
  }
}

function hasInnerSignature(body: Uint8Array): boolean {
  return Buffer.from(body).includes('"signature"')
}

/** What stands signed inside, signed for as it stands now, where it still looks like that. */
function resign(it: House, body: Uint8Array): Uint8Array {
  try {
    return toJsonBytes(resigned(it, fromJsonBytes(body)))
  } catch {
    return body
  }
}

function resigned(it: House, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => resigned(it, item))
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  const record = value as Readonly<Record<string, unknown>>
  if ('signature' in record) return signedOf(it, record)
  return Object.fromEntries(Object.entries(record).map(([key, member]) => [key, resigned(it, member)]))
}

function signedOf(it: House, record: Readonly<Record<string, unknown>>): unknown {
  const { signature: _, ...said } = record
  const signer = (id: unknown): SigningKey => keyOf(it, String(id)).signing
  if ('request' in said) {
    const { request } = said as unknown as SignedRequest
    return signRequest(it.hub.id, request, signer(request.officer))
  }
  if ('duplicate' in said) return signLinkStatement(it.hub.id, said as unknown as LinkStatement, signer(said.officer))
  if ('checkIds' in said) return signDetermination(it.hub.id, said as unknown as Determination, signer(said.officer))
  if ('case' in said && 'reason' in said)
    return signDeterminationWithdrawal(it.hub.id, said as unknown as DeterminationWithdrawal, signer(said.officer))
  if ('checkId' in said) return signWithdrawal(it.hub.id, said as unknown as Withdrawal, signer(said.agency))
  return record
}
