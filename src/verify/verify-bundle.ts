import { equalBytes, toHex } from '../bytes.js'
import { journalTrust } from '../custodian/knowledge.js'
import { IndexError, isIndexError } from '../errors.js'
import { type Checkpoint, unverifiedCheckpoint, verifyNote } from '../journal/checkpoint.js'
import { decodeEntry, type Entry, type EntryType, entryLeaf } from '../journal/entry.js'
import { conclude, type Finding, NOT_LATEST, type Verification } from '../journal/finding.js'
import { type GrowingTree, growingTree } from '../journal/verify.js'
import type { Pin } from '../party.js'
import { presentRoster } from '../roster/history.js'
import { verifyAccount } from './accounts.js'
import { closeBatch, type OpenBatch, openBatch, takeRows, verifyRecordEntry, verifyWithdrawal } from './batches.js'
import { type BundleHeader, type BundleLine, decodeHeader, decodeLine, linesOf } from './bundle.js'
import { verifyCase, verifyLink } from './cases.js'
import { verifyConsent } from './consents.js'
import { verifyDetermination } from './determinations.js'
import { verifyDisclosure } from './disclosures.js'
import {
  approve,
  type BundleCounts,
  bump,
  type Docket,
  fault,
  inspect,
  newDocket,
  type Place,
  passOver,
  rosterFor,
} from './docket.js'
import { verifyEnquiry } from './enquiries.js'
import { verifyFigures } from './figures.js'
import { type KeptHead, keptHeads } from './heads.js'
import { verifyAnswer, verifyOpening, verifyView } from './openings.js'
import { verifyDeadline, verifyReferral } from './referrals.js'
import { verifyPolicyEntry, verifyRosterEntry } from './rosters.js'

export interface BundleExpectation {
  /** Hub id and the hash of its first roster, from somewhere else than the bundle. */
  readonly pin: Pin
  /** Signed checkpoints that were kept from before, or that others were shown: the journal must have passed through each. */
  readonly heads?: readonly string[] | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((entries: number) => void) | undefined
}

/** What verifying a bundle found. */
export interface BundleVerification extends Verification {
  readonly kind: { readonly checks: boolean; readonly cases: boolean } | undefined
  readonly checkpoint: Checkpoint | undefined
  readonly cosignedBy: readonly string[]
  readonly entries: { readonly readable: number; readonly sealed: number; readonly erased: number }
  readonly byType: ReadonlyMap<EntryType, number>
  readonly counts: BundleCounts
  /** Notes that prove misbehaviour: two journals of one size, both signed by the hub. Keep both files. */
  readonly splitView: readonly { readonly kept: string; readonly shown: string }[]
}

/**
 * Whether an exported bundle is the journal that a cosigned checkpoint commits to, and everybody in it did only what they
 * could. Needs no store, no key and no network. What is wrong is a finding; only what `chunks` itself throws is thrown.
 * @param chunks the bundle's bytes in order, read as a stream
 */
export async function verifyBundle(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { pin, heads = [], signal, onProgress }: BundleExpectation,
): Promise<BundleVerification> {
  const reading = new Reading(newDocket(pin), heads)
  try {
    for await (const line of linesOf(chunks)) {
      signal?.throwIfAborted()
      reading.take(line)
      if (reading.tree.size() % 10_000 === 0) onProgress?.(reading.tree.size())
    }
    reading.finish()
  } catch (error) {
    if (!isIndexError(error)) throw error
    fault(reading.docket, `${error.message}: what comes after it was not read`, error.code)
  }
  return reading.result()
}

/** One line for each sort of entry that says something which others can check. */
const LOOKS: Readonly<Partial<Record<EntryType, (docket: Docket, place: Place, entry: Entry) => void>>> = {
  policy: (docket, { position }, { body }) => verifyPolicyEntry(docket, position, body),
  withdrawal: verifyWithdrawal,
  correction: verifyWithdrawal,
  record: (docket, place, { body }) => verifyRecordEntry(docket, place, body),
  case: (docket, place, { body }) => verifyCase(docket, place, body),
  determination: (docket, place, { body }) => verifyDetermination(docket, place, body),
  enquiry: (docket, place, { body }) => verifyEnquiry(docket, place, body),
  account: (docket, place, { body }) => verifyAccount(docket, place, body),
  link: (docket, place, { body }) => verifyLink(docket, place, body),
  disclosure: (docket, place, { body }) => verifyDisclosure(docket, place, body),
  consent: (docket, place, { body }) => verifyConsent(docket, place, body),
  opening: (docket, place, { body }) => verifyOpening(docket, place, body),
  release: verifyAnswer,
  refusal: verifyAnswer,
  view: (docket, place, { body }) => verifyView(docket, place, body),
  referral: (docket, place, { body }) => verifyReferral(docket, place, body),
  deadline: (docket, place, { body }) => verifyDeadline(docket, place, body),
  figures: (docket, place, { body }) => verifyFigures(docket, place, body),
}

/** A bundle as far as it was read. */
class Reading {
  readonly tree: GrowingTree = growingTree()
  private header: BundleHeader | undefined
  private checkpoint: Checkpoint | undefined
  private cosignedBy: readonly string[] = []
  private batch: OpenBatch | undefined
  private lines = 0
  private isEnded = false
  private kept: KeptHead[] = []
  private readonly entries = { readable: 0, sealed: 0, erased: 0 }
  private readonly byType = new Map<EntryType, number>()
  private readonly splitView: { readonly kept: string; readonly shown: string }[] = []

  constructor(
    readonly docket: Docket,
    private readonly heads: readonly string[],
  ) {}

  /** @throws {IndexError} for what leaves no place for anything that follows */
  take(bytes: Uint8Array): void {
    this.lines += 1
    if (this.header === undefined) {
      this.begin(decodeHeader(bytes))
      return
    }
    if (this.isEnded) stop('something follows the last line of the bundle')
    const line = decodeLine(bytes)
    switch (line.line) {
      case 'rows':
        this.rows(line)
        break
      case 'end':
        this.end(line)
        break
      case 'entry':
      case 'leaf':
        this.entry(line)
        break
    }
  }

  private begin(header: BundleHeader): void {
    this.header = header
    const { docket } = this
    docket.showsCases = header.cases
    this.kept = keptHeads(this.heads, docket)
    this.checkpoint = unverifiedCheckpoint(header.note)
    if (!equalBytes(header.hub, docket.pin.hub)) stop('the bundle is of another hub than the one that was pinned')
  }

  private rows({ position, from, rows }: Extract<BundleLine, { line: 'rows' }>): void {
    const { batch } = this
    if (batch?.place.position !== position)
      throw new IndexError('ERR_FILE_INVALID', 'rows stand where there is no batch')
    if (this.header?.checks === false && rows.some((row) => !('hash' in row)))
      fault(this.docket, 'checks are shown in a bundle that says it has none', 'ERR_FILE_INVALID', position)
    takeRows(this.docket, batch, from, rows)
  }

  private end({ entries, lines }: Extract<BundleLine, { line: 'end' }>): void {
    this.isEnded = true
    const isWhole = entries === this.tree.size() && lines === this.lines
    if (!isWhole) stop('the bundle does not have as many entries and lines as it says')
  }

  private entry(line: Extract<BundleLine, { line: 'entry' | 'leaf' }>): void {
    this.closeBatch()
    const position = this.tree.size()
    if (line.position !== position) stop('an entry is missing or out of order')
    if (position >= (this.checkpoint?.size ?? 0)) stop('the bundle has more entries than its checkpoint covers')
    this.compareHeads()
    this.tree.append(line.line === 'leaf' ? line.hash : entryLeaf(line.salt, line.bytes))
    if (line.line === 'leaf') this.entries[line.because] += 1
    else this.read(position, line.bytes)
  }

  private read(position: number, bytes: Uint8Array): void {
    const { docket } = this
    this.entries.readable += 1
    try {
      const entry = decodeEntry(bytes)
      bump(this.byType, entry.type)
      this.verifyEntry(position, entry)
    } catch (error) {
      if (!isIndexError(error)) throw error
      fault(docket, `an entry cannot be read: ${error.message}`, error.code, position)
    }
  }

  private verifyEntry(position: number, entry: Entry): void {
    const { docket } = this
    if (entry.type === 'roster' || entry.type === 'activation') {
      verifyRosterEntry(docket, position, entry)
      return
    }
    const place: Place = { position, at: entry.at, roster: rosterFor(docket, position), hub: docket.pin.hub }
    if (entry.type === 'check-batch' || entry.type === 'identify') this.batch = openBatch(docket, place, entry)
    else if (LOOKS[entry.type] !== undefined) LOOKS[entry.type]?.(docket, place, entry)
    // Nobody but the hub signs the others, and nothing else in the journal depends on them.
    else passOver(docket, `entries of type ${entry.type} stand as they were journalled: what they say was not judged`)
  }

  /** After the last line: the heads that were kept, the tree, and the checkpoint's signatures. */
  finish(): void {
    const { docket, header } = this
    this.closeBatch()
    if (header === undefined) throw new IndexError('ERR_FILE_INVALID', 'the bundle is empty')
    this.compareHeads()
    for (const head of this.kept.filter((each) => this.isSigned(each)))
      fault(
        docket,
        `the journal does not reach a head of ${head.size} entries kept from before`,
        'ERR_JOURNAL_ROLLED_BACK',
      )
    if (!this.isEnded) fault(docket, 'the bundle breaks off before its last line', 'ERR_FILE_INVALID')
    this.matchCheckpoint()
    const trust = journalTrust(presentRoster(docket.rosters))
    this.cosignedBy = verifyNote(header.note, trust).cosignedBy
    const by = `${this.cosignedBy.length} of ${trust.cosigners.length} cosigners, of whom ${trust.quorum} must`
    approve(docket, `checkpoint is signed by the hub and by ${by}`)
  }

  private matchCheckpoint(): void {
    const { docket, checkpoint } = this
    const { size, root } = this.tree.head()
    const adds = checkpoint !== undefined && size === checkpoint.size && equalBytes(root, checkpoint.root)
    if (adds) bump(docket.good, `entries add up to the root of the checkpoint, ${toHex(root)}`, size)
    else fault(docket, 'the entries do not add up to the checkpoint', 'ERR_JOURNAL_INVALID')
  }

  /** Whether the hub signed a head that somebody kept: only then does it say anything about the hub. */
  private isSigned({ note }: KeptHead): boolean {
    const { docket } = this
    const before = docket.findings.length
    inspect(docket, this.tree.size(), 'a head kept from before is not this hub’s', () =>
      verifyNote(note, { ...journalTrust(presentRoster(docket.rosters)), quorum: 0 }),
    )
    return docket.findings.length === before
  }

  private compareHeads(): void {
    const size = this.tree.size()
    for (let head = this.kept[0]; head?.size === size; head = this.kept[0]) {
      this.kept.shift()
      if (!this.isSigned(head)) continue
      if (equalBytes(head.root, this.tree.head().root)) {
        approve(this.docket, 'heads kept from before are heads that the journal passed through')
        continue
      }
      fault(
        this.docket,
        'SPLIT VIEW: the hub signed another journal of this size. Keep this bundle and that head: together they prove it',
        'ERR_JOURNAL_ROLLED_BACK',
        size,
      )
      this.splitView.push({ kept: head.note, shown: this.header?.note ?? '' })
    }
  }

  private closeBatch(): void {
    if (this.batch !== undefined) closeBatch(this.docket, this.batch)
    this.batch = undefined
  }

  result(): BundleVerification {
    const { docket, header, checkpoint, cosignedBy, entries, byType, splitView } = this
    const good = [...docket.good].map(([words, number]): Finding => ({ ok: true, text: `${number} ${words}` }))
    const unseen = [...docket.unseen].map(([words, number]) => `${number} ${words}`)
    const shut = (['sealed', 'erased'] as const).flatMap((why) =>
      entries[why] === 0
        ? []
        : [`${entries[why]} ${why} entries: only their leaf hashes were checked, not even their type`],
    )
    const kind = header === undefined ? undefined : { checks: header.checks, cases: header.cases }
    const said = conclude([...good, ...docket.findings], [...shut, ...unseen, NOT_LATEST])
    return { ...said, kind, checkpoint, cosignedBy, entries, byType, counts: docket.counts, splitView }
  }
}

function stop(text: string): never {
  throw new IndexError('ERR_FILE_INVALID', text)
}
