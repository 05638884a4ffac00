import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { utf8Bytes } from '../../src/bytes.js'
import { generatePopulation, searchTerms, seededRandom, toNdjson } from '../../src/testing/population.js'
import { searchBytes } from '../../src/testing/search-bytes.js'

const now = Date.UTC(2025, 5, 1)

async function terms(text: string | Uint8Array, looked: readonly string[]): Promise<number[]> {
  const bytes = typeof text === 'string' ? utf8Bytes(text) : text
  return (await searchBytes([bytes], looked)).found.map((one) => one.term).sort((a, b) => a - b)
}

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end))
}

describe('searching bytes', () => {
  test('finds a planted term in either encoding and any case, and says where', async () => {
    const looked = ['Adaeze Okafor', '12 Larkfield Road', 'Zoë Muñoz-Reyes', 'not in there']
    const bytes = Buffer.concat([
      randomBytes(100),
      Buffer.from('ADAEZE okafor'),
      randomBytes(50),
      Buffer.from('12 larkfield Road', 'utf16le'),
      Buffer.from('Zoë MUñOZ-Reyes'),
    ])
    const outcome = await searchBytes([bytes], looked)
    expect(outcome).toEqual({
      bytesSearched: bytes.length,
      termsSearched: 4,
      found: [
        { term: 0, at: 100, encoding: 'utf-8' },
        { term: 1, at: 163, encoding: 'utf-16le' },
        { term: 2, at: 197, encoding: 'utf-8' },
      ],
    })
  })

  test('finds what straddles chunks, wherever they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(400), { maxLength: 12 }),
        fc.nat(120),
        fc.constantFrom('utf8', 'utf16le') as fc.Arbitrary<'utf8' | 'utf16le'>,
        fc.constantFrom('Okafor', 'Adaeze Okafor', '999 123 4560'),
        async (places, before, encoding, term) => {
          const bytes = Buffer.concat([
            Buffer.alloc(before, '.'),
            Buffer.from(term, encoding),
            Buffer.alloc(120 - before, '-'),
          ])
          const whole = await searchBytes([bytes], [term, 'Okafors', 'ghosts'])
          const inParts = await searchBytes(cut(bytes, places), [term, 'Okafors', 'ghosts'])
          expect(inParts).toEqual(whole)
          expect(whole.found).toEqual([{ term: 0, at: before, encoding: encoding === 'utf8' ? 'utf-8' : 'utf-16le' }])
        },
      ),
      { numRuns: 300 },
    )
  })

  test('finds byte by byte, from an asynchronous source, at the very start and end', async () => {
    async function* source(): AsyncGenerator<Uint8Array> {
      for (const byte of utf8Bytes('Okafor and Nwosus')) yield Uint8Array.of(byte)
    }
    expect((await searchBytes(source(), ['Okafor', 'Nwosus'])).found).toEqual([
      { term: 0, at: 0, encoding: 'utf-8' },
      { term: 1, at: 11, encoding: 'utf-8' },
    ])
  })

  test('finds terms that overlap, share a beginning or contain one another', async () => {
    const looked = ['Mary Ann Okafor', 'Ann Okafor', 'Okafor-Smith', 'Mary Ann Okoro', 'Mary Ann Okafor']
    expect(await terms('x Mary Ann Okafor-Smith', looked)).toEqual([0, 1, 2, 4])
  })

  test('agrees with a plain search for long terms', async () => {
    const letter = fc.constantFrom('a', 'b', 'A')
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: letter, minLength: 9, maxLength: 11 }), { maxLength: 20 }),
        fc.string({ unit: letter, maxLength: 600 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        async (looked, text, places) => {
          const outcome = await searchBytes(cut(utf8Bytes(text), places), looked)
          const expected = looked.flatMap((term, i) => (text.toLowerCase().includes(term.toLowerCase()) ? [i] : []))
          expect(outcome.found.map((one) => one.term).sort((a, b) => a - b)).toEqual(expected)
          for (const one of outcome.found)
            expect(one.at).toBe(text.toLowerCase().indexOf((looked[one.term] ?? '').toLowerCase()))
        },
      ),
      { numRuns: 300 },
    )
  })

  test('takes a short term only as a whole word in one case', async () => {
    for (const text of ['Okafor', ' OKAFOR,', '"okafor"', '\u0000Okafor\u0000', '-Okafor-'])
      expect(await terms(text, ['Okafor'])).toEqual([0])
    for (const text of ['xOkafor', 'Okafor1', '9okafor', 'oKaFoR', 'OkAfor '])
      expect(await terms(text, ['Okafor'])).toEqual([])
    expect(await terms('"born":1720150304123', ['20150304'])).toEqual([])
    expect(await terms('born:20150304;', ['20150304'])).toEqual([0])
    expect(await terms('x9991234560x', ['9991234560'])).toEqual([0])
  })

  test('sees the characters around a short term across chunks', async () => {
    for (const text of [
      'xOkafor and so on, and so on',
      'Okaforx and so on',
      'and so on Okaforx',
      'and so on xOkafor',
    ]) {
      const bytes = utf8Bytes(text)
      for (let place = 0; place <= bytes.length; place++) {
        expect((await searchBytes(cut(bytes, [place]), ['Okafor'])).found).toEqual([])
      }
      const oneByOne = [...bytes].map((byte) => Uint8Array.of(byte))
      expect((await searchBytes(oneByOne, ['Okafor'])).found).toEqual([])
    }
  })

  test('leaves out terms below five bytes, and answers for nothing to search', async () => {
    expect(await searchBytes([utf8Bytes('Shah Shah')], ['Shah', ''])).toEqual({
      bytesSearched: 9,
      termsSearched: 0,
      found: [],
    })
    expect(await searchBytes([], ['Okafor'])).toEqual({ bytesSearched: 0, termsSearched: 1, found: [] })
    expect(await searchBytes([new Uint8Array(0)], [])).toEqual({ bytesSearched: 0, termsSearched: 0, found: [] })
  })

  test('finds every child of a population in what is written of it, and none in seeded noise', async () => {
    const population = generatePopulation({ seed: 5, children: 400, now })
    const written = utf8Bytes(toNdjson(population))
    const looked = population.map((child) => child.details.nhsNumber ?? child.details.familyName)
    const all = await searchBytes(cut(written, [10, 5000, 50_001]), looked)
    const long = looked.flatMap((term, i) => (utf8Bytes(term).length >= 5 ? [i] : []))
    expect(all.found.map((one) => one.term).sort((a, b) => a - b)).toEqual(long)
    const noise = seededRandom(5).bytes(2_000_000)
    const base64 = utf8Bytes(Buffer.from(noise).toString('base64'))
    expect((await searchBytes([noise, base64], population.flatMap(searchTerms))).found).toEqual([])
  })
})
