import { z } from 'zod'
import type { ErasureReason } from './case/erasure.js'
import { confirmingKeys } from './child/confirming.js'
import { parseDetails, type RegistrationDetails } from './child/details.js'
import { asChildId, type ChildId, newChildId } from './child/identifiers.js'
import { describeChild, questionAbout } from './child/keys.js'
import { isBytes, parse } from './door.js'
import { type ErrorCode, IndexError, isIndexError } from './errors.js'
import { sha256 } from './hash.js'
import { toJsonBytes } from './json.js'
import { replacementOf } from './party/replacement.js'
import { type Connection, connect, type PartyKey, type PartyOptions } from './party.js'
import type { SendOptions } from './port.js'
import { type Enrolment, enrol, type Replacement } from './roster/enrolment.js'
import type { Group } from './seal/label.js'
import { sealRecords } from './sealer/records.js'

/** Who registers children: sees their details once, draws their ids, seals, and forgets. */
export interface Sealer {
  readonly id: string
  enrolment(): Enrolment
  /** Puts a new key in the place of this one: for `hub.replace`. What was signed under the old one keeps its standing. */
  replacement(next: PartyKey, options?: SendOptions): Promise<Replacement>
  /** Registers one child. @throws {IndexError} naming the field where the details are refused. */
  register(details: RegistrationDetails, options?: RegisterOptions): Promise<Registration>
  /** Registers many: an outcome for each, in order. An unchanged child changes nothing. */
  registerAll(details: readonly unknown[], options?: RegisterOptions): Promise<readonly RegistrationOutcome[]>
  /**
   * Has a registered child erased: its details, its checks, and what finds it. The hub notes it and does it as soon as
   * nothing is in the way; whether that was at once, it does not say.
   * @throws {IndexError} naming the field where the details are refused; `ERR_CHILD_ID_UNKNOWN` where nobody is registered
   * under them, `ERR_REGISTRATION_AMBIGUOUS` where more than one child may be
   */
  erase(details: RegistrationDetails, reason: ErasureReason, options?: RegisterOptions): Promise<void>
}

export interface RegisterOptions extends SendOptions {
  /** Also take young people from 18 up to their 25th birthday. */
  readonly careLeavers?: boolean | undefined
  /** Also take NHS numbers of the ranges that are for tests. */
  readonly neverIssuedNumbers?: boolean | undefined
  /**
   * These are children of invented details, whom nobody should look up: whoever does raises an alert, and no check on one
   * raises a case. Keep which they are where no agency sees it. A child that exists is refused as ambiguous.
   */
  readonly honey?: boolean | undefined
}

/** `registered`: new here. `changed`: sealed anew in another version. `unchanged`: as it was. */
export interface Registration {
  readonly kind: 'registered' | 'changed' | 'unchanged'
}

export type RegistrationOutcome =
  | Registration
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly field: string | undefined; readonly message: string }
type Refused = Extract<RegistrationOutcome, { kind: 'refused' }>

const findReply = z.strictObject({
  answers: z.array(
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('new') }),
      z.strictObject({
        kind: z.literal('changed'),
        childId: isBytes,
        version: z.number().int().min(1),
        shielded: z.boolean(),
      }),
      z.strictObject({ kind: z.literal('unchanged'), childId: isBytes }),
      z.strictObject({ kind: z.literal('ambiguous') }),
    ]),
  ),
})
const registerReply = z.strictObject({ results: z.array(z.enum(['registered', 'ambiguous'])) })
/** A child between its details and its sealed records. */
interface Prepared {
  readonly childId: ChildId
  readonly version: number
  readonly isNew: boolean
  readonly shielded: boolean
  readonly honey: boolean
  readonly groups: Readonly<Record<Group, unknown>>
  readonly described: { readonly question: unknown; readonly hashes: Readonly<Record<Group, Uint8Array>> }
  readonly confirming: readonly unknown[]
}

/** Children sealed per message: two labels each, and one HPKE message per custodian for all of them. */
const CHUNK = 256

export function createSealer(options: PartyOptions): Sealer {
  const line = connect(options)

  async function registerAll(
    inputs: readonly unknown[],
    registerOptions: RegisterOptions = {},
  ): Promise<readonly RegistrationOutcome[]> {
    const outcomes: RegistrationOutcome[] = []
    for (let at = 0; at < inputs.length; at += CHUNK) {
      registerOptions.signal?.throwIfAborted()
      outcomes.push(...(await registerChunk(line, inputs.slice(at, at + CHUNK), registerOptions)))
    }
    return outcomes
  }

  return {
    id: line.id,
    enrolment() {
      const { signing, hpke } = line.key
      const party = {
        party: 'sealer' as const,
        id: line.id,
        keys: { signing: signing.publicKey, hpke: hpke.publicKey },
        suspended: false,
      }
      return enrol(line.hub, party, signing)
    },
    replacement: (next, sendOptions) => replacementOf(line, next, {}, sendOptions),
    async register(details, registerOptions) {
      const [outcome] = await registerAll([details], registerOptions)
      if (outcome === undefined || outcome.kind === 'refused') throw thrown(outcome)
      return outcome
    },
    registerAll,
    async erase(details, reason, eraseOptions = {}) {
      const parsed = parsedOr(line, details, eraseOptions)
      if ('kind' in parsed) throw thrown(parsed)
      await line.ask('erase', { question: questionAbout(parsed), reason }, eraseOptions)
    },
  }
}

async function registerChunk(
  line: Connection,
  inputs: readonly unknown[],
  options: RegisterOptions,
): Promise<readonly RegistrationOutcome[]> {
  const parsed = inputs.map((input) => parsedOr(line, input, options))
  const honey = options.honey === true
  const outcomes: RegistrationOutcome[] = parsed.map((each) => ('kind' in each ? each : { kind: 'unchanged' }))
  const rows = parsed.flatMap((details, index) =>
    'kind' in details ? [] : [{ index, ...grouped(details), shielded: details.shielded === true, honey }],
  )
  if (rows.length === 0) return outcomes
  const found = await line.ask(
    'find-for-registration',
    { rows: rows.map(({ described, shielded }) => ({ ...described, shielded, honey })) },
    options,
  )
  const { answers } = parse(findReply, found, 'ERR_MESSAGE_MALFORMED', 'registration')
  const prepared: (Prepared & { readonly index: number })[] = []
  rows.forEach((row, at) => {
    const answer = answers[at]
    if (answer === undefined) throw new IndexError('ERR_MESSAGE_MALFORMED', 'the hub did not answer for every child')
    if (answer.kind === 'ambiguous') outcomes[row.index] = AMBIGUOUS
    if (answer.kind === 'new') prepared.push({ ...row, childId: newChildId(line.random), version: 1, isNew: true })
    if (answer.kind === 'changed') {
      prepared.push({
        ...row,
        childId: asChildId(answer.childId),
        version: answer.version,
        isNew: answer.version === 1,
        shielded: row.shielded || answer.shielded,
      })
    }
  })
  const results = await sealAndSend(line, prepared, options)
  for (const [at, { index, isNew }] of prepared.entries()) {
    if (results[at] === 'registered') outcomes[index] = { kind: isNew ? 'registered' : 'changed' }
    // An earlier row of the same message, or another sealer, was quicker: asked alone, the hub now knows the child.
    else
      outcomes[index] =
        inputs.length === 1 ? AMBIGUOUS : ((await registerChunk(line, [inputs[index]], options))[0] ?? AMBIGUOUS)
  }
  return outcomes
}

const AMBIGUOUS: Refused = {
  kind: 'refused',
  code: 'ERR_REGISTRATION_AMBIGUOUS',
  field: undefined,
  message: 'these details point at more than one child, or at a child with another number: a person must look',
}

function parsedOr(line: Connection, input: unknown, options: RegisterOptions): RegistrationDetails | Refused {
  const { careLeavers, neverIssuedNumbers } = options
  try {
    const details = parseDetails(input, {
      today: new Date(line.clock()).toISOString().slice(0, 10),
      careLeavers,
      neverIssuedNumbers,
    })
    const { numbers, index } = describeChild(details)
    const hasPlace = index.some(({ fields }) => fields.includes('postcode') || fields.includes('street'))
    if (numbers.length > 0 || hasPlace) return details
    return {
      kind: 'refused',
      code: 'ERR_DETAILS_INVALID',
      field: 'nhsNumber',
      message: 'these details cannot tell one child from another: add an NHS number, or an address',
    }
  } catch (error) {
    if (!isIndexError(error)) throw error
    return { kind: 'refused', code: error.code, field: error.field, message: error.message }
  }
}

/** The two groups that are sealed, and what the hub needs to find the child by. */
function grouped(details: RegistrationDetails): Pick<Prepared, 'groups' | 'described' | 'confirming'> {
  const { carers = [], shielded: _, ...identity } = details
  const groups = { identity, carers }
  const hashes = { identity: sha256(toJsonBytes(identity)), carers: sha256(toJsonBytes(carers)) }
  const described = { question: questionAbout(details), hashes }
  return { groups, described, confirming: confirmingKeys(details).slice(0, 64) }
}

async function sealAndSend(
  line: Connection,
  children: readonly Prepared[],
  options: SendOptions,
): Promise<readonly string[]> {
  if (children.length === 0) return []
  const roster = await line.roster(options)
  const records = await sealRecords(line, roster, children, options)
  const rows = children.map(({ childId, version, shielded, honey, described, confirming }, index) => {
    return { ...described, confirming, childId, version, shielded, honey, ...records[index] }
  })
  const reply = await line.ask('register', { rows }, options)
  return parse(registerReply, reply, 'ERR_MESSAGE_MALFORMED', 'registration').results
}

function thrown(outcome: Refused | undefined): IndexError {
  if (outcome === undefined) return new IndexError('ERR_MESSAGE_MALFORMED', 'the hub did not answer')
  return new IndexError(outcome.code, outcome.message, { field: outcome.field })
}
