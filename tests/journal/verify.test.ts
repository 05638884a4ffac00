import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { u64, utf8Bytes } from '../../src/bytes.js'
import { IndexError } from '../../src/errors.js'
import { sha256 } from '../../src/hash.js'
import { type CheckpointTrust, checkpointOrigin, cosign, signCheckpoint } from '../../src/journal/checkpoint.js'
import { type Entry, encodeEntry, entryLeaf } from '../../src/journal/entry.js'
import type { Verification } from '../../src/journal/finding.js'
import { type EntryEvidence, type RowEvidence, verifyEntry, verifyRow } from '../../src/journal/inclusion.js'
import { batchTree, rootOf, saltedLeafHash } from '../../src/journal/merkle.js'
import { type ExportedEntry, verifyJournal } from '../../src/journal/verify.js'
import { signingKey } from '../../src/signature.js'

const LOG = signingKey(new Uint8Array(32).fill(1))
const CUSTODIAN = signingKey(new Uint8Array(32).fill(2))
const ORIGIN = checkpointOrigin(new Uint8Array(32).fill(7))
const TRUST: CheckpointTrust = {
  origin: ORIGIN,
  log: { name: ORIGIN, publicKey: LOG.publicKey },
  cosigners: [{ name: 'custodian-1', publicKey: CUSTODIAN.publicKey }],
  quorum: 1,
}

type Whole = ExportedEntry & { readonly salt: Uint8Array; readonly body: Uint8Array; readonly leafHash: Uint8Array }

const TYPES = ['roster', 'policy', 'check-batch', 'case'] as const

function journal(size: number): Whole[] {
  return Array.from({ length: size }, (_, position) => {
    const salt = sha256(u64(position))
    const body = encodeEntry({ type: TYPES[position % 4]!, at: 1000 + position, body: utf8Bytes(`body ${position}`) })
    return { position, salt, body, leafHash: entryLeaf(salt, body) }
  })
}

const leavesOf = (entries: readonly Whole[]) => entries.map((entry) => entry.leafHash)
const headOf = (entries: readonly Whole[]) => ({ size: entries.length, root: rootOf(leavesOf(entries)) })

function noteOf(entries: readonly Whole[]): string {
  return cosign(signCheckpoint({ origin: ORIGIN, ...headOf(entries) }, ORIGIN, LOG), 'custodian-1', CUSTODIAN, 5000)
}

const erased = ({ position, leafHash }: Whole): ExportedEntry => ({ position, leafHash })
const plain = ({ position, salt, body }: Whole): ExportedEntry => ({ position, salt, body })
const sealed = (entry: Whole): ExportedEntry => ({ ...entry, body: utf8Bytes('encrypted'), sealed: true })
const codes = (result: Verification) => result.findings.flatMap((finding) => (finding.ok ? [] : [finding.code]))

const JOURNAL = journal(20)
const NOTE = noteOf(JOURNAL)

describe('verifying an exported journal', () => {
  test('an export that is whole adds up, read from a list or a stream', async () => {
    const fromList = await verifyJournal(JOURNAL.map(plain), { ...TRUST, note: NOTE })
    expect(fromList.verified).toBe(true)
    expect(fromList.checkpoint?.size).toBe(20)
    expect(fromList.cosignedBy).toEqual(['custodian-1'])
    expect(fromList.counts).toEqual({ readable: 20, sealed: 0, erased: 0, beyond: 0 })
    expect([...fromList.byType]).toEqual(TYPES.map((type) => [type, 5]))
    async function* stream() {
      yield* JOURNAL
    }
    expect(await verifyJournal(stream(), { ...TRUST, note: NOTE })).toEqual(fromList)
    expect(fromList.findings.map(({ text }) => text)).toEqual([
      'the checkpoint is signed by the journal and by 1 or more of 1 cosigners',
      'the 20 entries add up to the checkpoint',
    ])
    expect(fromList.notVerified.join()).toMatch(/the policy behind them were not looked at/)
  })

  test('an empty journal, and one of several thousand', async () => {
    for (const entries of [[], journal(3000)]) {
      const result = await verifyJournal(entries, {
        ...TRUST,
        note: noteOf(entries),
        earlier: [headOf(entries.slice(0, 1500))],
      })
      expect(result.verified).toBe(true)
    }
  })

  test('sealed and erased entries stand by their leaf hashes, are counted, and are said not to be verified', async () => {
    const mixed = JOURNAL.map((entry) =>
      entry.position < 3 ? erased(entry) : entry.position < 5 ? sealed(entry) : entry,
    )
    const empty = { ...erased(JOURNAL[5]!), salt: new Uint8Array(0), body: new Uint8Array(0), sealed: true }
    const result = await verifyJournal(mixed.with(5, empty), { ...TRUST, note: NOTE })
    expect(result.verified).toBe(true)
    expect(result.counts).toEqual({ readable: 14, sealed: 2, erased: 4, beyond: 0 })
    expect(result.notVerified.join()).toMatch(/2 sealed entries.*4 erased entries/)
  })

  test('entries after the checkpoint are counted as not covered', async () => {
    const result = await verifyJournal(JOURNAL, { ...TRUST, note: noteOf(JOURNAL.slice(0, 12)) })
    expect(result.verified).toBe(true)
    expect(result.counts).toMatchObject({ readable: 12, beyond: 8 })
    expect(result.notVerified.join()).toMatch(/8 entries after the checkpoint/)
  })

  test('any bit changed anywhere is found', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(19),
        fc.constantFrom('salt', 'body', 'leafHash'),
        fc.nat(),
        fc.boolean(),
        async (at, part, n, bare) => {
          const entry = JOURNAL[at]!
          const bytes = entry[part as 'salt' | 'body' | 'leafHash']
          const bit = n % (bytes.length * 8)
          const bent = bytes.with(bit >> 3, (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)))
          const changed =
            part === 'leafHash' && bare
              ? { position: at, leafHash: bent }
              : { ...(bare ? plain(entry) : entry), [part]: bent }
          const result = await verifyJournal(JOURNAL.with(at, changed as Whole), { ...TRUST, note: NOTE })
          expect(result.verified).toBe(false)
        },
      ),
      { numRuns: 300 },
    )
  })

  test.each<[string, readonly ExportedEntry[]]>([
    ['one left out', JOURNAL.toSpliced(7, 1)],
    [
      'one left out and the rest renumbered',
      JOURNAL.toSpliced(7, 1).map((entry, position) => ({ ...entry, position })),
    ],
    ['the last left out', JOURNAL.slice(0, 19)],
    ['one twice', JOURNAL.toSpliced(7, 0, JOURNAL[7]!)],
    ['two swapped', JOURNAL.with(3, JOURNAL[4]!).with(4, JOURNAL[3]!)],
    [
      'two swapped and renumbered',
      JOURNAL.with(3, { ...JOURNAL[4]!, position: 3 }).with(4, { ...JOURNAL[3]!, position: 4 }),
    ],
    ['every one a position too late', JOURNAL.map((entry) => ({ ...entry, position: entry.position + 1 }))],
    ['nothing', []],
    ['an erased entry without its leaf hash', JOURNAL.with(2, { position: 2 } as Whole)],
    [
      'a sealed entry without its leaf hash',
      JOURNAL.with(2, { ...JOURNAL[2]!, sealed: true, leafHash: undefined } as never),
    ],
    ['an entry without salt', JOURNAL.with(2, { ...JOURNAL[2]!, salt: new Uint8Array(0) })],
    ['an entry without body', JOURNAL.with(2, { ...JOURNAL[2]!, body: undefined } as never)],
    ['a leaf hash of another length', JOURNAL.with(2, { position: 2, leafHash: new Uint8Array(31) } as Whole)],
  ])('%s: found', async (_, entries) => {
    const result = await verifyJournal(entries, { ...TRUST, note: NOTE })
    expect(result.verified).toBe(false)
    // The first thing that is wrong, and that the tree does not come out: not a complaint for every entry after it.
    expect(codes(result).length).toBeLessThanOrEqual(2)
    expect(new Set(codes(result))).toEqual(new Set(['ERR_JOURNAL_INVALID']))
  })

  test('an export that ends early is called short, not wrong', async () => {
    const result = await verifyJournal(JOURNAL.slice(0, 19), { ...TRUST, note: NOTE })
    expect(result.findings.at(-1)).toMatchObject({ ok: false, text: 'the export is shorter than the checkpoint says' })
  })

  test('what cannot be a leaf is named', async () => {
    const short = JOURNAL.with(2, { position: 2, leafHash: new Uint8Array(31) } as Whole)
    const result = await verifyJournal(short, { ...TRUST, note: NOTE })
    expect(result.findings).toContainEqual({
      ok: false,
      code: 'ERR_JOURNAL_INVALID',
      position: 2,
      text: 'a leaf hash is not 32 bytes',
    })
  })

  test('the position of a bad entry is named', async () => {
    const result = await verifyJournal(JOURNAL.with(7, { ...JOURNAL[7]!, leafHash: JOURNAL[8]!.leafHash }), {
      ...TRUST,
      note: NOTE,
    })
    // The entry itself is right, so the tree adds up: only its claimed leaf hash is not.
    expect(result.findings.filter(({ ok }) => !ok)).toEqual([
      { ok: false, code: 'ERR_JOURNAL_INVALID', position: 7, text: 'an entry is not what its leaf hash covers' },
    ])
  })

  test('journalled bytes that are no entry are found, a hundred at most', async () => {
    const junk = Array.from({ length: 150 }, (_, position) => {
      const salt = sha256(u64(position))
      return { position, salt, body: utf8Bytes('junk'), leafHash: entryLeaf(salt, utf8Bytes('junk')) }
    })
    const result = await verifyJournal(junk, { ...TRUST, note: noteOf(junk) })
    expect(result.verified).toBe(false)
    expect(result.findings[1]).toMatchObject({ ok: false, code: 'ERR_ENTRY_MALFORMED', position: 0 })
    expect(codes(result).length).toBeLessThanOrEqual(100)
    expect(result.findings.at(-1)).toMatchObject({ ok: true, text: 'the 150 entries add up to the checkpoint' })
  })

  test('the journal passes through every head kept from before, its first and last included', async () => {
    const earlier = [20, 7, 0, 7, 13].map((size) => headOf(JOURNAL.slice(0, size)))
    const result = await verifyJournal(JOURNAL, { ...TRUST, note: NOTE, earlier })
    expect(result.verified).toBe(true)
    expect(result.findings.filter(({ text }) => text.includes('kept from before'))).toHaveLength(5)
  })

  test.each([0, 7, 20])('a rewritten journal is found by a head of size %i kept from before', async (size) => {
    const kept = { size, root: sha256(utf8Bytes('another')) }
    const result = await verifyJournal(JOURNAL, { ...TRUST, note: NOTE, earlier: [kept, headOf(JOURNAL.slice(0, 9))] })
    expect(codes(result)).toEqual(['ERR_JOURNAL_ROLLED_BACK'])
  })

  test('a journal that was rolled back is found by a larger head kept from before', async () => {
    const short = JOURNAL.slice(0, 12)
    const result = await verifyJournal(short, { ...TRUST, note: noteOf(short), earlier: [headOf(JOURNAL)] })
    expect(codes(result)).toEqual(['ERR_JOURNAL_ROLLED_BACK'])
    // Entries beyond the checkpoint do not make up for it: nobody signed them.
    const more = await verifyJournal(JOURNAL, { ...TRUST, note: noteOf(short), earlier: [headOf(JOURNAL)] })
    expect(codes(more)).toEqual(['ERR_JOURNAL_ROLLED_BACK'])
  })

  test('a head of an impossible size does not hide the ones after it', async () => {
    const impossible = [
      { size: -1, root: JOURNAL[0]!.leafHash },
      { size: 1.5, root: JOURNAL[0]!.leafHash },
    ]
    for (const head of impossible) {
      const result = await verifyJournal(JOURNAL, {
        ...TRUST,
        note: NOTE,
        earlier: [head, headOf(JOURNAL.slice(0, 3))],
      })
      expect(codes(result)).toEqual(['ERR_JOURNAL_ROLLED_BACK'])
    }
  })

  test('without a checkpoint to trust no entry is read', async () => {
    let reads = 0
    function* counted() {
      for (const entry of JOURNAL) {
        reads += 1
        yield entry
      }
    }
    const cases: [string, CheckpointTrust, string][] = [
      ['no note', TRUST, 'ERR_CHECKPOINT_MALFORMED'],
      [NOTE.replace('\n20\n', '\n21\n'), TRUST, 'ERR_SIGNATURE_INVALID'],
      [NOTE, { ...TRUST, quorum: 2 }, 'ERR_QUORUM_MISSING'],
    ]
    for (const [note, trust, code] of cases) {
      const result = await verifyJournal(counted(), { ...trust, note })
      expect(codes(result)).toEqual([code])
      expect(result).toMatchObject({ verified: false, checkpoint: undefined, cosignedBy: [] })
      expect(result.notVerified.join()).toMatch(/none was read/)
    }
    expect(reads).toBe(0)
  })

  test('what the source of entries throws is thrown', async () => {
    function* failing(): Generator<ExportedEntry> {
      yield JOURNAL[0]!
      throw new IndexError('ERR_STORE_FAILED', 'the store failed')
    }
    await expect(verifyJournal(failing(), { ...TRUST, note: NOTE })).rejects.toMatchObject({ code: 'ERR_STORE_FAILED' })
  })
})

describe('verifying one entry or row', () => {
  const ROWS = Array.from({ length: 11 }, (_, row) => saltedLeafHash(sha256(u64(row)), utf8Bytes(`check ${row}`)))
  const BATCH = batchTree(ROWS)
  const REJECTED = 4
  const salt = sha256(utf8Bytes('salt'))
  const entry = encodeEntry({ type: 'check-batch', at: 9, body: BATCH.root })
  const entries = JOURNAL.with(13, { position: 13, salt, body: entry, leafHash: entryLeaf(salt, entry) })
  const EVIDENCE: EntryEvidence = {
    entry,
    salt,
    proof: { index: 13, size: 20, path: batchTree(leavesOf(entries)).path(13) },
    note: noteOf(entries),
  }
  const row = (index: number): RowEvidence => ({
    leaf: ROWS[index]!,
    proof: { index, size: 11, path: BATCH.path(index) },
    batch: EVIDENCE,
  })
  const readBatch = ({ type, body }: Entry) => {
    if (type !== 'check-batch') throw new IndexError('ERR_ENTRY_MALFORMED', 'the entry is no batch')
    return { size: 11, root: body, accepted: (index: number) => index !== REJECTED }
  }

  test('an entry in the journal', () => {
    expect(verifyEntry(EVIDENCE, TRUST)).toMatchObject({ verified: true })
    expect(verifyEntry(EVIDENCE, TRUST).findings.map(({ text }) => text)).toEqual([
      'the checkpoint is signed by the journal and by 1 or more of 1 cosigners',
      'the journal holds the entry',
    ])
    expect(verifyEntry(EVIDENCE, TRUST).notVerified.length).toBeGreaterThan(0)
  })

  test('every accepted row of the batch, and not the one that was rejected', () => {
    for (let index = 0; index < 11; index += 1) {
      const result = verifyRow(row(index), TRUST, readBatch)
      expect(result.verified).toBe(index !== REJECTED)
      expect(result.findings).toHaveLength(4)
    }
    expect(verifyRow(row(REJECTED), TRUST, readBatch).findings.at(-1)).toMatchObject({
      text: 'the hub did not accept the row',
    })
  })

  const bent = (bytes: Uint8Array) => bytes.with(0, (bytes[0] ?? 0) ^ 1)
  test.each<[string, string, Partial<EntryEvidence>]>([
    ['another entry', 'ERR_JOURNAL_INVALID', { entry: JOURNAL[13]!.body }],
    ['another salt', 'ERR_JOURNAL_INVALID', { salt: bent(salt) }],
    ['a salt of another length', 'ERR_ENTRY_MALFORMED', { salt: salt.subarray(1) }],
    ['another position', 'ERR_JOURNAL_INVALID', { proof: { ...EVIDENCE.proof, index: 12 } }],
    ['a position out of range', 'ERR_PROOF_MALFORMED', { proof: { ...EVIDENCE.proof, index: 20 } }],
    ['a path too short', 'ERR_PROOF_MALFORMED', { proof: { ...EVIDENCE.proof, path: EVIDENCE.proof.path.slice(1) } }],
    ['a checkpoint of another journal', 'ERR_JOURNAL_INVALID', { note: NOTE }],
    ['a checkpoint of another size', 'ERR_JOURNAL_INVALID', { note: noteOf(entries.slice(0, 19)) }],
    [
      'a note nobody cosigned',
      'ERR_QUORUM_MISSING',
      { note: signCheckpoint({ origin: ORIGIN, ...headOf(entries) }, ORIGIN, LOG) },
    ],
    ['no note', 'ERR_CHECKPOINT_MALFORMED', { note: '' }],
  ])('%s: not verified, and the row neither', (_, code, change) => {
    const evidence = { ...EVIDENCE, ...change }
    expect(codes(verifyEntry(evidence, TRUST))).toEqual([code])
    expect(codes(verifyRow({ ...row(3), batch: evidence }, TRUST, readBatch))).toEqual([code])
  })

  test.each<[string, string, Partial<RowEvidence>]>([
    ['another row', 'ERR_JOURNAL_INVALID', { leaf: ROWS[2]! }],
    ['another index', 'ERR_JOURNAL_INVALID', { proof: { ...row(3).proof, index: 2 } }],
    ['another size', 'ERR_JOURNAL_INVALID', { proof: { ...row(3).proof, size: 10 } }],
    ['a path too long', 'ERR_PROOF_MALFORMED', { proof: { ...row(3).proof, path: [...row(3).proof.path, ROWS[0]!] } }],
    ['a leaf that is no hash', 'ERR_PROOF_MALFORMED', { leaf: new Uint8Array(0) }],
  ])('%s: the batch does not hold it', (_, code, change) => {
    expect(codes(verifyRow({ ...row(3), ...change }, TRUST, readBatch))).toEqual([code])
  })

  test('an entry that is no batch has no rows', () => {
    const at = 12
    const other: EntryEvidence = {
      entry: entries[at]!.body,
      salt: entries[at]!.salt,
      proof: { index: at, size: 20, path: batchTree(leavesOf(entries)).path(at) },
      note: EVIDENCE.note,
    }
    expect(verifyEntry(other, TRUST).verified).toBe(true)
    expect(codes(verifyRow({ ...row(3), batch: other }, TRUST, readBatch))).toEqual(['ERR_ENTRY_MALFORMED'])
  })

  test('a fault of the reader itself is thrown, not found', () => {
    const faulty = () => {
      throw new TypeError('a fault')
    }
    expect(() => verifyRow(row(3), TRUST, faulty)).toThrow(TypeError)
  })

  test('bytes in the journal that are no entry are not taken for one', () => {
    const junk = { position: 0, salt, body: utf8Bytes('junk'), leafHash: entryLeaf(salt, utf8Bytes('junk')) }
    const evidence = { entry: junk.body, salt, proof: { index: 0, size: 1, path: [] }, note: noteOf([junk]) }
    expect(codes(verifyEntry(evidence, TRUST))).toEqual(['ERR_ENTRY_MALFORMED'])
  })
})
