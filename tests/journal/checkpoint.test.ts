import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, fromBase64, fromHex, toBase64, toHex, u64, utf8Bytes } from '../../src/bytes.js'
import {
  type Checkpoint,
  type CheckpointTrust,
  checkpointBody,
  checkpointOrigin,
  cosign,
  type NoteKey,
  parseCheckpoint,
  signCheckpoint,
  verifyNote,
} from '../../src/journal/checkpoint.js'
import { emptyRoot } from '../../src/journal/merkle.js'
import { formatNote, NOTE_BYTES_MAX, noteKeyId, parseNote } from '../../src/journal/note.js'
import { type SigningKey, sign, signingKey, verifySignature } from '../../src/signature.js'
import { someLeaves } from './model.js'
import frozen from './vectors/frozen.json' with { type: 'json' }
import vectors from './vectors/notes.json' with { type: 'json' }

const code = (name: string) => expect.objectContaining({ code: name })
const malformed = code('ERR_CHECKPOINT_MALFORMED')

const key = (n: number): SigningKey => signingKey(new Uint8Array(32).fill(n))
const LOG = key(1)
const ORIGIN = checkpointOrigin(new Uint8Array(32).fill(7))
const CHECKPOINT: Checkpoint = { origin: ORIGIN, size: 5, root: someLeaves(1)[0]! }
const NOTE = signCheckpoint(CHECKPOINT, ORIGIN, LOG)
const AT = 1_700_000_000_123

const cosigner = (n: number): NoteKey => ({ name: `custodian-${n}`, publicKey: key(10 + n).publicKey })
const cosignedBy = (note: string, ...which: readonly number[]): string =>
  which.reduce((signed, n) => cosign(signed, `custodian-${n}`, key(10 + n), AT), note)
const trust = (change: Partial<CheckpointTrust> = {}): CheckpointTrust => ({
  origin: ORIGIN,
  log: { name: ORIGIN, publicKey: LOG.publicKey },
  cosigners: [cosigner(1), cosigner(2), cosigner(3)],
  quorum: 2,
  ...change,
})

function verifierKey(text: string): NoteKey & { readonly keyId: string; readonly type: number } {
  const [name, keyId, base64] = text.split(/\+(?=[0-9a-f]{8}\+)|(?<=\+[0-9a-f]{8})\+/) as [string, string, string]
  const bytes = fromBase64(base64)
  return { name, keyId, type: bytes[0]!, publicKey: bytes.subarray(1) }
}

describe('published notes', () => {
  test('the example of C2SP signed-note', () => {
    const { note, verifierKey: text } = vectors.signedNote
    const known = verifierKey(text)
    const parsed = parseNote(note)
    expect(parsed.text).toBe('This is an example message.\n')
    expect(parsed.signatures.map(({ name, keyId }) => [name, toHex(keyId)])).toEqual([[known.name, known.keyId]])
    expect(toHex(noteKeyId(known.name, known.type, known.publicKey))).toBe(known.keyId)
    expect(verifySignature(known.publicKey, utf8Bytes(parsed.text), parsed.signatures[0]!.signature)).toBe(true)
    expect(formatNote(parsed)).toBe(note)
  })

  test('a checkpoint of a public log, with the cosignature of a public witness among unknown signatures', () => {
    const log = verifierKey(vectors.cosigned.logKey)
    const witness = verifierKey(vectors.cosigned.cosignerKey)
    const expected = { origin: log.name, log, cosigners: [witness], quorum: 1 }
    const verified = verifyNote(vectors.cosigned.note, expected)
    expect(verified.checkpoint.size).toBe(vectors.cosigned.size)
    expect(verified.cosignedBy).toEqual(['remora.n621.de'])
    expect(toHex(noteKeyId(witness.name, 4, witness.publicKey))).toBe(witness.keyId)
    const altered = vectors.cosigned.note.replace(`${vectors.cosigned.size}`, `${vectors.cosigned.size + 1}`)
    expect(() => verifyNote(altered, expected)).toThrow(code('ERR_SIGNATURE_INVALID'))
  })

  test('our own note is frozen', () => {
    const { seed, cosignerSeed, hub, cosigner: name, atMs, size, root, note } = frozen.checkpoint
    const origin = checkpointOrigin(fromHex(hub))
    const signed = signCheckpoint({ origin, size, root: fromHex(root) }, origin, signingKey(fromHex(seed)))
    expect(cosign(signed, name, signingKey(fromHex(cosignerSeed)), atMs)).toBe(note)
  })
})

describe('checkpoints', () => {
  test('body and parse undo each other', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (size, root) => {
          const back = parseCheckpoint(checkpointBody({ origin: ORIGIN, size, root }))
          expect({ ...back, root: toHex(back.root) }).toEqual({ origin: ORIGIN, size, root: toHex(root) })
        },
      ),
    )
    expect(parseCheckpoint(checkpointBody({ origin: ORIGIN, size: 0, root: emptyRoot() })).size).toBe(0)
  })

  const root = toBase64(CHECKPOINT.root)
  test.each([
    ['an extension line', `o\n5\n${root}\nmore\n`],
    ['an empty line at the end', `o\n5\n${root}\n\n`],
    ['an extension line after an empty one', `o\n5\n${root}\n\nmore\n`],
    ['two lines', `o\n5\n`],
    ['no final newline', `o\n5\n${root}`],
    ['an empty line', `o\n\n5\n${root}\n`],
    ['no origin', `\n5\n${root}\n`],
    ['a leading zero', `o\n05\n${root}\n`],
    ['a sign', `o\n+5\n${root}\n`],
    ['a fraction', `o\n5.0\n${root}\n`],
    ['an exponent', `o\n5e3\n${root}\n`],
    ['a space', `o\n 5\n${root}\n`],
    ['no size', `o\n\n${root}\n`],
    ['digits of another script', `o\n٥\n${root}\n`],
    ['a size no number holds', `o\n9007199254740992\n${root}\n`],
    ['a root of 31 bytes', `o\n5\n${toBase64(CHECKPOINT.root.subarray(1))}\n`],
    ['a root without padding', `o\n5\n${root.replace(/=+$/, '')}\n`],
    ['a root in base64url', `o\n5\n${root.replace(/^./, '_')}\n`],
    ['an empty journal with another root', `o\n0\n${root}\n`],
  ])('%s is refused', (_, text) => {
    expect(() => parseCheckpoint(text)).toThrow(malformed)
  })

  test('what could not be read back is not signed', () => {
    expect(() => signCheckpoint({ ...CHECKPOINT, origin: 'a\nb' }, ORIGIN, LOG)).toThrow(malformed)
    expect(() => signCheckpoint({ ...CHECKPOINT, size: -1 }, ORIGIN, LOG)).toThrow(malformed)
    expect(() => signCheckpoint({ ...CHECKPOINT, size: 1e21 }, ORIGIN, LOG)).toThrow(malformed)
    expect(() => signCheckpoint({ ...CHECKPOINT, root: new Uint8Array(31) }, ORIGIN, LOG)).toThrow(malformed)
  })

  test.each(['', 'two words', 'a+b', 'a\u00a0b', 'a\u2028b', 'a\nb', 'a\tb', 'a\u0007', '\ud800'])(
    'key name %j is refused',
    (name) => {
      expect(() => signCheckpoint(CHECKPOINT, name, LOG)).toThrow(TypeError)
      expect(() => cosign(NOTE, name, LOG, AT)).toThrow(TypeError)
    },
  )
})

describe('notes from elsewhere', () => {
  const line = NOTE.slice(NOTE.indexOf('\n\n') + 2)
  const text = NOTE.slice(0, NOTE.indexOf('\n\n') + 1)
  const base64 = line.trimEnd().split(' ')[2]!

  test.each([
    ['nothing', ''],
    ['only newlines', '\n\n'],
    ['no text', `\n\n${line}`],
    ['no signature', `${text}\n`],
    ['no blank line', `${text}${line}`],
    ['no final newline', NOTE.slice(0, -1)],
    ['another character for the final newline', `${NOTE.slice(0, -1)}x`],
    ['a blank line at the end', `${NOTE}\n`],
    ['a blank line between signatures', `${NOTE}\n${line}\n`],
    ['carriage returns', NOTE.replaceAll('\n', '\r\n')],
    ['a tab', NOTE.replace('child', 'chi\tld')],
    ['a zero byte', NOTE.replace('child', 'chi\0ld')],
    ['half a character', NOTE.replace('child', 'chi\ud83dld')],
    ['a hyphen for the dash', NOTE.replace('—', '-')],
    ['two spaces', NOTE.replace('— ', '—  ')],
    ['a word too many', `${text}\n${line.trimEnd()} x\n`],
    ['a space at the end', `${text}\n${line.trimEnd()} \n`],
    ['no name', `${text}\n— ${base64}\n`],
    ['a name with a plus sign', `${text}\n— a+b ${base64}\n`],
    ['a name with a no-break space', `${text}\n— a\u00a0b ${base64}\n`],
    ['base64 without padding', `${text}\n— a ${toBase64(new Uint8Array(68)).replace('=', '')}\n`],
    ['base64 with stray bits', `${text}\n— a ${toBase64(new Uint8Array(68)).replace('A=', 'B=')}\n`],
    ['a signature of a key id alone', `${text}\n— a ${toBase64(new Uint8Array(4))}\n`],
    ['65,537 bytes', `${'x'.repeat(NOTE_BYTES_MAX + 1 - NOTE.length - 2 * (NOTE.split('—').length - 1))}${NOTE}`],
    ['few characters and too many bytes', `${'€'.repeat(NOTE_BYTES_MAX / 2)}${NOTE}`],
  ])('%s: refused', (_, note) => {
    expect(() => parseNote(note)).toThrow(malformed)
    expect(() => verifyNote(note, trust({ quorum: 0 }))).toThrow(malformed)
    expect(() => cosign(note, 'custodian-1', key(11), AT)).toThrow(malformed)
  })

  test('65,536 bytes and at least sixteen signatures are taken', () => {
    const bytes = utf8Bytes(NOTE).length
    expect(parseNote(`${'x'.repeat(NOTE_BYTES_MAX - bytes)}${NOTE}`).signatures).toHaveLength(1)
    const many = cosignedBy(NOTE, ...Array.from({ length: 20 }, (_, n) => n))
    expect(verifyNote(many, trust()).cosignedBy).toEqual(['custodian-1', 'custodian-2', 'custodian-3'])
  })

  test('a text may have blank lines: the last one separates', () => {
    expect(parseNote(`a\n\nb\n\n${line}`).text).toBe('a\n\nb\n')
  })

  test('whatever parses is written back the same, and nothing else is thrown', () => {
    const alphabet = fc.constantFrom('\n', '\n\n', '— ', 'a', ' ', 'b ', base64, text, line, '+', '\r', 'é', '=')
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 12 }), (pieces) => {
        const note = pieces.join('')
        try {
          expect(formatNote(parseNote(note))).toBe(note)
        } catch (error) {
          expect(error).toEqual(malformed)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

describe('trusting a checkpoint', () => {
  test('the log and a quorum signed it', () => {
    const { checkpoint, cosignedBy: names } = verifyNote(cosignedBy(NOTE, 3, 1), trust())
    expect({ ...checkpoint, root: toHex(checkpoint.root) }).toEqual({ ...CHECKPOINT, root: toHex(CHECKPOINT.root) })
    expect(names).toEqual(['custodian-1', 'custodian-3'])
    expect(verifyNote(NOTE, trust({ quorum: 0 })).cosignedBy).toEqual([])
  })

  test.each([1, 2, 3])('custodian %i alone is no quorum of two, however often it signs', (n) => {
    const name = `custodian-${n}`
    const once = cosignedBy(NOTE, n)
    const later = cosign(NOTE, name, key(10 + n), AT + 60_000)
    const twice = `${once}${later.slice(NOTE.length)}`
    expect(parseNote(twice).signatures).toHaveLength(3)
    expect(verifyNote(twice, trust({ quorum: 1 })).cosignedBy).toEqual([name])
    for (const note of [once, twice]) expect(() => verifyNote(note, trust())).toThrow(code('ERR_QUORUM_MISSING'))
  })

  test('one key under two names, and two keys under one name, count once', () => {
    const alias: NoteKey = { name: 'custodian-x', publicKey: key(11).publicKey }
    const sameKey = cosign(cosignedBy(NOTE, 1), alias.name, key(11), AT)
    expect(() => verifyNote(sameKey, trust({ cosigners: [cosigner(1), alias] }))).toThrow(code('ERR_QUORUM_MISSING'))
    const rotated: NoteKey = { name: 'custodian-1', publicKey: key(20).publicKey }
    const sameName = cosign(cosignedBy(NOTE, 1), 'custodian-1', key(20), AT)
    expect(parseNote(sameName).signatures).toHaveLength(3)
    expect(() => verifyNote(sameName, trust({ cosigners: [cosigner(1), rotated] }))).toThrow(code('ERR_QUORUM_MISSING'))
    expect(verifyNote(sameName, trust({ cosigners: [cosigner(2), rotated], quorum: 1 })).cosignedBy).toEqual([
      'custodian-1',
    ])
  })

  test('the log does not count as a cosigner of itself', () => {
    const self: NoteKey = { name: 'custodian-9', publicKey: LOG.publicKey }
    const note = cosign(NOTE, self.name, LOG, AT)
    expect(() => verifyNote(note, trust({ cosigners: [self], quorum: 1 }))).toThrow(code('ERR_QUORUM_MISSING'))
  })

  test('a quorum that is not a number is never met', () => {
    expect(() => verifyNote(cosignedBy(NOTE, 1, 2, 3), trust({ quorum: Number.NaN }))).toThrow(
      code('ERR_QUORUM_MISSING'),
    )
  })

  test('signing again replaces the earlier cosignature', () => {
    const again = cosign(cosignedBy(NOTE, 1, 2), 'custodian-1', key(11), AT + 1000)
    expect(parseNote(again).signatures.map(({ name }) => name)).toEqual([ORIGIN, 'custodian-2', 'custodian-1'])
    expect(verifyNote(again, trust()).cosignedBy).toEqual(['custodian-1', 'custodian-2'])
  })

  test('signatures of unknown keys are ignored, even under a known name', () => {
    const stranger = cosign(cosign(cosignedBy(NOTE, 1, 2), 'custodian-3', key(99), AT), 'someone', key(98), AT)
    expect(verifyNote(stranger, trust()).cosignedBy).toEqual(['custodian-1', 'custodian-2'])
  })

  test('a key id under another name is another key', () => {
    const { text, signatures } = parseNote(cosignedBy(NOTE, 1, 2))
    const renamed = (at: number) =>
      formatNote({ text, signatures: signatures.map((line, i) => (i === at ? { ...line, name: 'someone' } : line)) })
    expect(() => verifyNote(renamed(0), trust())).toThrow(code('ERR_SIGNATURE_INVALID'))
    expect(() => verifyNote(renamed(1), trust())).toThrow(code('ERR_QUORUM_MISSING'))
    expect(verifyNote(renamed(1), trust({ quorum: 1 })).cosignedBy).toEqual(['custodian-2'])
  })

  test("without the log's own signature a quorum is worth nothing", () => {
    const other = cosignedBy(signCheckpoint(CHECKPOINT, ORIGIN, key(2)), 1, 2, 3)
    expect(() => verifyNote(other, trust())).toThrow(code('ERR_SIGNATURE_INVALID'))
    // The log's key as a cosigner does not stand for its signature as a log.
    const cosignedOnly = cosign(signCheckpoint(CHECKPOINT, ORIGIN, key(2)), ORIGIN, LOG, AT)
    expect(() => verifyNote(cosignedOnly, trust({ quorum: 0 }))).toThrow(code('ERR_SIGNATURE_INVALID'))
  })

  test('a checkpoint of another origin is refused, whoever signed it', () => {
    const other = cosignedBy(signCheckpoint({ ...CHECKPOINT, origin: `${ORIGIN}0` }, ORIGIN, LOG), 1, 2)
    expect(() => verifyNote(other, trust())).toThrow(code('ERR_SIGNATURE_INVALID'))
  })

  test('a wrong signature under a known key spoils the note, beside a good one too', () => {
    const good = parseNote(cosignedBy(NOTE, 1, 2, 3))
    for (const [i, line] of good.signatures.entries()) {
      for (let bit = 0; bit < line.signature.length * 8; bit += 41) {
        const signature = line.signature.with(bit >> 3, (line.signature[bit >> 3] ?? 0) ^ (1 << (bit & 7)))
        const replaced = formatNote({ ...good, signatures: good.signatures.with(i, { ...line, signature }) })
        const added = formatNote({ ...good, signatures: [...good.signatures, { ...line, signature }] })
        for (const note of [replaced, added]) {
          expect(() => verifyNote(note, trust())).toThrow(code('ERR_SIGNATURE_INVALID'))
        }
      }
      for (const length of [1, 7, 8, line.signature.length - 1]) {
        const cut = { ...line, signature: line.signature.subarray(0, length) }
        const note = formatNote({ ...good, signatures: good.signatures.with(i, cut) })
        expect(() => verifyNote(note, trust())).toThrow(code('ERR_SIGNATURE_INVALID'))
      }
    }
  })

  test('any change of the text spoils the note', () => {
    const note = cosignedBy(NOTE, 1, 2)
    expect(() => verifyNote(note.replace('\n5\n', '\n6\n'), trust())).toThrow(code('ERR_SIGNATURE_INVALID'))
  })

  test('a time past the format is refused, though the key signed it', () => {
    const { text, signatures } = parseNote(NOTE)
    const custodian = key(11)
    const keyId = noteKeyId('custodian-1', 4, custodian.publicKey)
    const timed = (time: Uint8Array, seconds: bigint) => {
      const signature = concat(time, sign(custodian, utf8Bytes(`cosignature/v1\ntime ${seconds}\n${text}`)))
      return formatNote({ text, signatures: [...signatures, { name: 'custodian-1', keyId, signature }] })
    }
    expect(verifyNote(timed(u64(1_700_000_000), 1_700_000_000n), trust({ quorum: 1 })).cosignedBy).toHaveLength(1)
    const largest = new Uint8Array(8).fill(255).with(0, 127)
    expect(verifyNote(timed(largest, 2n ** 63n - 1n), trust({ quorum: 1 })).cosignedBy).toHaveLength(1)
    const past = new Uint8Array(8).with(0, 128)
    expect(() => verifyNote(timed(past, 2n ** 63n), trust({ quorum: 1 }))).toThrow(code('ERR_SIGNATURE_INVALID'))
  })

  test('a cosignature takes a time, in whole seconds', () => {
    expect(() => cosign(NOTE, 'custodian-1', key(11), -1)).toThrow(RangeError)
    expect(() => cosign(NOTE, 'custodian-1', key(11), Number.NaN)).toThrow(RangeError)
    expect(cosign(NOTE, 'custodian-1', key(11), 1_700_000_000_000)).toBe(
      cosign(NOTE, 'custodian-1', key(11), 1_700_000_000_999),
    )
  })

  test('a note that is no checkpoint is not cosigned', () => {
    const note = formatNote({ text: 'hello\n', signatures: parseNote(NOTE).signatures })
    expect(() => cosign(note, 'custodian-1', key(11), AT)).toThrow(malformed)
  })
})
