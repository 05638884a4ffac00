import { readFileSync } from 'node:fs'
import { concat, encode, fromBase64, pack, toHex, utf8Text } from '../../src/bytes.js'
import {
  determinationWithdrawalKeptStatement,
  signDetermination,
  signDeterminationWithdrawal,
} from '../../src/case/determination.js'
import { encodeLink, linkCommitment, signLinkStatement } from '../../src/case/link.js'
import {
  type Evidence,
  evidenceHash,
  type OpeningRequest,
  requestHash,
  signAnswer,
  signRequest,
} from '../../src/case/opening.js'
import { REFERRAL_NOTICE } from '../../src/case/referral.js'
import { encodeLookups, type OpenLookup } from '../../src/case/watch.js'
import { detailsCommitment, encodeAnswer } from '../../src/check/answer.js'
import { encodeBatchEntry, encodeSubmission, signBatch } from '../../src/check/batch.js'
import { type Check, checkIdOf, contentHash, encodeCheck, receiptContent } from '../../src/check/canonical.js'
import { encodeIdentifyReply } from '../../src/check/messages/identify-reply.js'
import { encodeIdentifyRequest } from '../../src/check/messages/identify-request.js'
import { encodeReceiptsReply } from '../../src/check/messages/receipts-reply.js'
import { encodeReceipt } from '../../src/check/receipt.js'
import { signWithdrawal } from '../../src/check/withdrawal.js'
import { newAlias, writeAlias } from '../../src/child/conference-alias.js'
import { confirmingKey, innerConfirming } from '../../src/child/confirming.js'
import {
  agencyIdKey,
  agencyIdKeyHash,
  asChildId,
  practitionerPseudonym,
  toAgencyChildId,
} from '../../src/child/identifiers.js'
import { type LookupKey, packTraits, SAYS_NOTHING } from '../../src/child/keys.js'
import { marksOf, packMarks } from '../../src/child/marks.js'
import { covered, postingPlace } from '../../src/child/postings.js'
import { innerFingerprint, innerToken, outerToken, type TokenSort } from '../../src/child/tokens.js'
import { writeAgencyChildId } from '../../src/child/written-form.js'
import type { CustodianEvent } from '../../src/custodian.js'
import { IndexError } from '../../src/errors.js'
import { sha256 } from '../../src/hash.js'
import { encodeCheckRow, type RowBatch } from '../../src/hub/check-index/row.js'
import { descriptionToken } from '../../src/hub/children/resolve.js'
import { openShelf } from '../../src/hub/shelf.js'
import { checkpointOrigin, cosign, signCheckpoint } from '../../src/journal/checkpoint.js'
import { encodeEntry, entryLeaf } from '../../src/journal/entry.js'
import { leafHash } from '../../src/journal/merkle.js'
import { toJsonBytes } from '../../src/json.js'
import { encodeKeyFile } from '../../src/key-file.js'
import { encodeMessage, serve } from '../../src/port.js'
import { applyChanges } from '../../src/roster/change.js'
import { enrol } from '../../src/roster/enrolment.js'
import { genesisHash } from '../../src/roster/genesis.js'
import { encodeActivationEntry, encodeRosterEntry } from '../../src/roster/history.js'
import { signActivation } from '../../src/roster/signatures.js'
import { openBoxes } from '../../src/seal/box.js'
import { hpkeKey } from '../../src/seal/hpke.js'
import { sealLabel } from '../../src/seal/label.js'
import { decodeRecord, keyCommitment, recordHash, shareAad, shareHash } from '../../src/seal/record.js'
import { encodeRecordEntry } from '../../src/seal/record-entry.js'
import { issueWrap } from '../../src/seal/wrap.js'
import { memoryStore } from '../../src/store/memory.js'
import { filled, keyOf } from '../ground/keys.js'
import {
  activations,
  agency,
  custodianKey,
  firstRoster,
  HUB,
  HUB_KEY,
  POLICY,
  signedGenesis,
} from '../roster/fixtures.js'

const FROZEN = JSON.parse(readFileSync(new URL('../seal/vectors/record.json', import.meta.url), 'utf8')) as {
  readonly record: string
}
const AT = 1_700_000_000_000
const AGENCY = 'police-north'
const AGENCY_KEY = keyOf(0x21)
const OFFICER_KEY = keyOf(0x22)
const CHILD = asChildId(filled(0xc0, 16))
const IDENTIFIER_KEY = filled(0x31)
const NHS = { kind: 'nhs-number', parts: ['9990548609'] }
const INDEX = { kind: 'index/2', parts: ['given family birth', 'A550', 'O216', '2019-03-04'] }
/** Every random byte of a vector is 5a. */
const random = (length: number): Uint8Array => filled(0x5a, length)
const json = (value: unknown): string => utf8Text(toJsonBytes(value))

/** Every frozen vector by its name: hexadecimal, or text where the format is text. `docs/formats.md` shows the same. */
export async function vectors(): Promise<ReadonlyMap<string, string>> {
  return new Map(
    Object.entries({
      ...joined(),
      ...identifiers(),
      ...found(),
      ...checks(),
      ...journal(),
      ...roster(),
      ...sealing(),
      ...openings(),
      ...links(),
      ...(await messages()),
      ...(await files()),
    }),
  )
}

function joined() {
  return {
    encode: toHex(encode('example/v1', Uint8Array.of(1, 2), 'é', 258)),
    pack: toHex(pack('example/v1', Uint8Array.of(1, 2), 'é', 258)),
    json: json({ b: Uint8Array.of(0, 255), a: [1, 'é', true, null] }),
  }
}

function identifiers() {
  const key = agencyIdKey(IDENTIFIER_KEY, HUB, AGENCY, 1)
  const id = toAgencyChildId(key, CHILD)
  const inner = innerToken(filled(0x32), HUB, NHS)
  return {
    'hub-id': toHex(HUB),
    'agency-id-key': toHex(key),
    'agency-id-key-hash': toHex(agencyIdKeyHash(key, HUB, AGENCY, 1)),
    'agency-child-id': toHex(id),
    'written-form': writeAgencyChildId(id, 1),
    'conference-alias': writeAlias(newAlias(random)),
    'practitioner-pseudonym': toHex(practitionerPseudonym(filled(0x34), HUB, AGENCY, 'PC 1234')),
    'inner-token': toHex(inner),
    'lookup-token': toHex(outerToken(filled(0x33), HUB, 'number', inner)),
    'inner-fingerprint': toHex(innerFingerprint(filled(0x32), HUB, CHILD, 'identity', filled(0x01))),
  }
}

/** By what a child is found: tokens, where they point, and what stands in its row. */
function found() {
  const tokenOf = (sort: TokenSort, key: LookupKey) =>
    outerToken(filled(0x33), HUB, sort, innerToken(filled(0x32), HUB, key))
  const number = tokenOf('number', NHS)
  const index = tokenOf('description', INDEX)
  const { placeKey } = openShelf(memoryStore(), HUB, filled(0x36), random)
  const place = postingPlace(placeKey, index, 1)
  const traits = { ...SAYS_NOTHING, lacksGiven: false, lacksFamily: false, lacksBirth: false, isSingleBirth: true }
  const own = { numbers: [{ kind: NHS.kind, token: number }], index: [{ token: index }], marks: [], traits }
  const detail = confirmingKey({ carerName: 'Ngozi Okafor' }) ?? NHS
  return {
    'index-token': toHex(index),
    'description-token': toHex(descriptionToken({ id: HUB }, own)),
    'place-key': toHex(placeKey),
    'posting-key': toHex(place.key),
    'posting-value': toHex(covered(place, CHILD)),
    marks: toHex(packMarks(marksOf(filled(0x36), HUB, CHILD, [number, index]))),
    'inner-confirming': toHex(innerConfirming(filled(0x32), HUB, CHILD, detail)),
    traits: String(packTraits(traits)),
  }
}

function theCheck(): Check {
  return {
    hub: HUB,
    agency: AGENCY,
    epoch: 1,
    agencyChildId: toAgencyChildId(agencyIdKey(IDENTIFIER_KEY, HUB, AGENCY, 1), CHILD),
    incident: 'missing',
    indicators: ['bruising', 'hungry'],
    occurredAt: AT,
    submittedAt: AT + 60_000,
    reference: 'PN/2023-0001',
    practitioner: practitionerPseudonym(filled(0x34), HUB, AGENCY, 'PC 1234'),
    vocabulary: filled(0x35),
  }
}

function theBatch() {
  return signBatch('check-batch/v1', HUB, AGENCY, [encodeCheck(theCheck())], AGENCY_KEY, random)
}

function checks() {
  const check = theCheck()
  const { batch, rows, leaves } = theBatch()
  const id = checkIdOf(leaves[0] ?? filled(0))
  const plain = { agency: AGENCY, checkId: id, reason: 'wrong-codes', at: AT } as const
  const withdrawal = signWithdrawal(HUB, plain, AGENCY_KEY)
  const correction = signWithdrawal(HUB, { ...plain, replacedBy: checkIdOf(filled(0x0b)) }, AGENCY_KEY)
  const position = { entry: 7, row: 0 }
  const commitment = detailsCommitment(random(32), { nhsNumber: '9990548609' })
  return {
    check: toHex(encodeCheck(check)),
    'check-content': toHex(contentHash(check, CHILD)),
    'receipt-content': toHex(receiptContent(check)),
    'check-id': id,
    'batch-signature': toHex(batch.signature),
    submission: toHex(encodeSubmission({ batch, rows })),
    'batch-entry': toHex(encodeBatchEntry(batch, [true])),
    receipt: toHex(
      encodeReceipt({
        hub: HUB,
        agency: AGENCY,
        check: leaves[0] ?? filled(0),
        content: receiptContent(check),
        known: 'known',
        position,
        recordedAt: AT,
      }),
    ),
    'details-commitment': toHex(commitment),
    'identify-answer': toHex(
      encodeAnswer({ hub: HUB, agency: AGENCY, commitment, agencyChildId: check.agencyChildId, epoch: 1, at: AT }),
    ),
    ...rowMessages(),
    withdrawal: json({ withdrawal, position }),
    'correction-signature': toHex(correction.signature),
  }
}

/** Rows as they are asked for and answered: the bytes of an answer and of a receipt are three bytes here. */
function rowMessages() {
  const told = { salt: random(32), bytes: Uint8Array.of(1, 2, 3) }
  const refusal = { code: 'ERR_CHILD_ID_UNKNOWN', field: 'child', message: 'no' } as const
  const signature = filled(0x0e, 64)
  const rows = [
    { query: { nhsNumber: '9990548609' } },
    { query: { agencyChildId: writeAgencyChildId(theCheck().agencyChildId, 1) } },
    { query: { alias: { kind: 'upn', value: 'A' } } },
  ].map((row) => ({ ...row, commitment: filled(0x0b), practitioner: filled(0x0c, 16) }))
  const outcome = { kind: 'candidates', candidates: 2 } as const
  return {
    'identify-request': toHex(encodeIdentifyRequest(rows, 'back-fill')),
    'identify-reply': toHex(
      encodeIdentifyReply({ rows: [{ ...told, known: 'unresolved', outcome }, refusal], signature }),
    ),
    'receipts-reply': toHex(encodeReceiptsReply({ rows: [told, refusal], signature })),
  }
}

function journal() {
  const entry = encodeEntry({ type: 'check-batch', at: AT, body: Uint8Array.of(1, 2, 3) })
  const origin = checkpointOrigin(HUB)
  const root = leafHash(concat(random(32), entry))
  const note = signCheckpoint({ origin, size: 1, root }, origin, HUB_KEY)
  return {
    entry: toHex(entry),
    leaf: toHex(entryLeaf(random(32), entry)),
    checkpoint: cosign(note, `${origin}/custodian-1`, custodianKey(1), AT),
    'record-entry': toHex(encodeRecordEntry({ sealer: 'registrar', identity: filled(0x0c), carers: filled(0x0d) })),
  }
}

function roster() {
  const genesis = signedGenesis()
  const enrolment = enrol(HUB, agency(AGENCY, AGENCY_KEY), AGENCY_KEY)
  const changes = toJsonBytes([{ kind: 'enrol', enrolment }])
  const next = applyChanges(firstRoster(), changes)
  return {
    enrolment: json(enrolment),
    'genesis-entry-sha256': toHex(sha256(encodeRosterEntry(genesis))),
    'roster-1': toHex(genesisHash(HUB, genesis.body)),
    'roster-2': toHex(next.hash),
    suspension: json([{ kind: 'suspend', id: AGENCY }]),
    'approved-policy': json([{ kind: 'approve-policy', policy: { hash: POLICY, from: AT } }]),
    'epoch-rotation': json([
      {
        kind: 'rotate-epoch',
        epoch: 2,
        formerUntil: AT + 90 * 86_400_000,
        identifierKeys: [{ agency: AGENCY, hash: filled(0x37) }],
      },
    ]),
    'activation-signature': toHex(signActivation(next, custodianKey(1))),
    activation: utf8Text(encodeActivationEntry({ version: 2, signatures: activations(next, [1, 2]) })),
  }
}

function theLabel(): Uint8Array {
  return sealLabel({ hub: HUB, childId: CHILD, group: 'identity', recordVersion: 1, keyset: 'keyset-1' })
}

function sealing() {
  const label = theLabel()
  const share = { custodian: 1, handle: filled(0x41, 16), generation: 1 }
  const shelf = openShelf(memoryStore(), HUB, filled(0x36), random)
  const key = shelf.key('child', CHILD)
  const row = shelf.put('inbox', key, { referral: 3 })
  const boxed = encodeEntry({ type: 'case', at: AT, body: Uint8Array.of(1, 2, 3) })
  return {
    label: toHex(label),
    wrap: toHex(issueWrap(filled(0x42), share.handle, label)),
    'share-aad': toHex(shareAad(label, share)),
    'share-hash': toHex(shareHash(label, 1, filled(0x43, 33))),
    'record-hash': toHex(recordHash(decodeRecord(fromBase64(FROZEN.record)))),
    'key-commitment': toHex(keyCommitment(filled(0x44), label)),
    'row-key': toHex(key),
    row: toHex(row.value ?? new Uint8Array(0)),
    'check-row': toHex(encodeCheckRow([CHECKS_OF_A_BATCH], [0x0102030405])),
    'sealed-entry': toHex(openBoxes(filled(0x36)).seal(encode('journal-entry/v1', HUB), boxed, random)),
  }
}

const CHECKS_OF_A_BATCH: RowBatch = {
  entry: 9,
  recordedAt: AT + 60_000,
  agency: AGENCY,
  checks: [
    {
      row: 0,
      childId: CHILD,
      incident: 'missing',
      indicators: ['bruising', 'hungry'],
      occurredAt: AT,
      known: 'known',
      fingerprint: 0x060708090a0b,
    },
  ],
}

function theRequest(): OpeningRequest {
  return {
    opening: filled(0x0e, 16),
    case: 12,
    label: theLabel(),
    group: 'identity',
    keyset: 'keyset-1',
    recordHash: filled(0x0f),
    at: AT,
    policyHash: POLICY,
    officer: 'officer-1',
    oneUseKey: filled(0x45),
    purpose: 'referral',
    lawfulBasis: 'public-task',
    expiry: AT + 86_400_000,
    evidenceHash: filled(0x46),
  }
}

function openings() {
  const request = theRequest()
  const entry = { position: 7, salt: random(32), bytes: Uint8Array.of(1), path: [] }
  const evidence: Evidence = {
    childId: CHILD,
    record: { bytes: Uint8Array.of(2), entry },
    policy: Uint8Array.of(3),
    checks: [{ row: 0, salt: random(32), bytes: Uint8Array.of(4), path: [], entry }],
    identifierKeys: [{ agency: AGENCY, epoch: 1, key: filled(0x47) }],
    determinations: [],
  }
  const hash = requestHash(HUB, request)
  const determination = {
    case: 12,
    checkIds: ['ab'.repeat(32)],
    policyHash: POLICY,
    at: AT,
    from: 'review',
    to: 'child-in-need',
    expiry: AT + 14 * 86_400_000,
    finding: 'met',
    reasons: ['cumulative-concern', 'several-agencies-concerned'],
    officer: 'officer-1',
  } as const
  const takenBack = { case: 12, reason: 'new-information', at: AT + 86_400_000, officer: 'officer-1' } as const
  return {
    'opening-request': json(signRequest(HUB, request, OFFICER_KEY)),
    'request-hash': toHex(hash),
    'evidence-hash': toHex(evidenceHash(random(32), evidence)),
    'release-answer': json(
      signAnswer(
        HUB,
        { kind: 'released', custodian: 'custodian-1', index: 1, requestHash: hash, share: filled(0x48, 4) },
        custodianKey(1),
      ),
    ),
    'refusal-answer': json(
      signAnswer(
        HUB,
        { kind: 'refused', custodian: 'custodian-1', requestHash: hash, reason: 'check-withdrawn' },
        custodianKey(1),
      ),
    ),
    determination: json(signDetermination(HUB, determination, OFFICER_KEY)),
    'determination-withdrawal': json(signDeterminationWithdrawal(HUB, takenBack, OFFICER_KEY)),
    'determination-withdrawal-kept': toHex(determinationWithdrawalKeptStatement(HUB, 'custodian-1', takenBack)),
    'referral-package': json({
      version: 2,
      referral: 3,
      case: 12,
      threshold: 'child-in-need',
      level: 'child-in-need',
      purpose: 'referral',
      lawfulBasis: 'public-task',
      sentAt: AT,
      decisionDueAt: AT + 86_400_000,
      because: 'acts-on-referral',
      agencyChildId: identifiers()['written-form'],
      concerns: [
        {
          on: '2023-11-14',
          agencyKind: 'police',
          incident: { code: 'police-notice', label: 'Came to the notice of police' },
          indicators: [],
        },
      ],
      carerFactors: [],
      involvement: [],
      earlierChecks: 0,
      disclosed: [{ information: 'carers', basis: 'child-in-need' }],
      leftOut: [{ information: 'sensitive-involvement', basis: 'no-explicit-consent' }],
      obligations: ['record-the-reason'],
      details: { carers: [] },
      notice: REFERRAL_NOTICE,
    }),
  }
}

function links() {
  const pair = { duplicate: 3, kind: 'merge' as const, from: filled(0xc1, 16), into: CHILD, salt: random(32) }
  const commitment = linkCommitment(HUB, pair)
  const said = { duplicate: 3, kind: 'merge' as const, commitment, at: AT, reason: 'confirmed-by-agency' as const }
  const statements = [
    signLinkStatement(HUB, { ...said, officer: 'officer-1' }, OFFICER_KEY),
    signLinkStatement(HUB, { ...said, officer: 'officer-2', reason: 'registered-twice' }, keyOf(0x26)),
  ]
  return {
    'duplicate-entry': json({
      event: 'queued',
      duplicate: 3,
      first: pair.from,
      second: CHILD,
      reason: 'registered-twice',
    }),
    'link-commitment': toHex(commitment),
    'link-entry': utf8Text(encodeLink({ ...pair, statements })),
  }
}

async function messages() {
  const body = toJsonBytes({ reference: 'PN/2023-0001' })
  const message = encodeMessage('find-check', body, AT, { hub: HUB, party: AGENCY, key: AGENCY_KEY })
  return {
    message: toHex(message),
    reply: toHex(await serve(new Map([['find-check', async () => toJsonBytes({})]])).send(message)),
    failure: toHex(await serve(new Map([['find-check', closed]])).send(message)),
  }
}

async function closed(): Promise<Uint8Array> {
  throw new IndexError('ERR_REQUEST_INVALID', 'it is not valid', { field: 'reference' })
}

const FIRST_LOOKUP: OpenLookup = {
  child: 0x01020304,
  household: 0x11121314,
  number: 0,
  description: 0,
  slot: 60,
  answer: 'none',
  isNext: false,
  isAlone: true,
}
const SECOND_LOOKUP: OpenLookup = {
  child: 0x05060708,
  household: 0,
  number: 0x21222324,
  description: 0,
  slot: 143,
  answer: 'match',
  isNext: true,
  isAlone: false,
}

async function files() {
  const event: CustodianEvent = { kind: 'opening', opening: filled(0x0e, 16), requestHash: filled(0x49) }
  return {
    'open-lookups': toHex(encodeLookups([FIRST_LOOKUP, SECOND_LOOKUP])),
    'custodian-event': json(event),
    'key-file': encodeKeyFile({
      kind: 'sealer',
      id: 'registrar',
      pin: { hub: HUB, roster: filled(0x4a) },
      key: { signing: keyOf(0x23), hpke: await hpkeKey(() => filled(0x24)), pseudonymKey: filled(0x25) },
    }),
  }
}
