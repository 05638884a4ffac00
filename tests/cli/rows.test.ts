import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { csvRecords } from '../../src/cli/csv.js'
import { LINE_BYTES_MAX, linesOf, textOf } from '../../src/cli/lines.js'
import { openRejects } from '../../src/cli/rejects.js'
import { openRows, type Row } from '../../src/cli/rows.js'

const folder = mkdtempSync(join(tmpdir(), 'child-index-rows-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = []
  for await (const item of items) out.push(item)
  return out
}

const csv = (text: string | Uint8Array, size = 7) =>
  all(csvRecords(linesOf(chunked(typeof text === 'string' ? Buffer.from(text) : text, size))))

async function rows(name: string, content: string | Uint8Array, ownForm: readonly string[] = []): Promise<Row[]> {
  const path = join(folder, name)
  writeFileSync(path, content)
  return all((await openRows(path, { ownForm, signal: new AbortController().signal })).rows)
}

describe('lines', () => {
  test('end with LF or CRLF, whatever the chunks, and are numbered from 1', async () => {
    const lf = fc.stringMatching(/^[a-z\u00E9]{0,12}$/)
    await fc.assert(
      fc.asyncProperty(
        fc.array(lf, { maxLength: 20 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        async (texts, cr, size) => {
          const ending = cr ? '\r\n' : '\n'
          const read = await all(linesOf(chunked(Buffer.from(texts.map((text) => text + ending).join('')), size)))
          expect(read.map(textOf)).toEqual(texts)
          expect(read.map(({ number }) => number)).toEqual(texts.map((_, index) => index + 1))
        },
      ),
      { numRuns: 200 },
    )
  })

  test('of a longer line than the limit only the number is kept, and the next line is read', async () => {
    const exact = 'x'.repeat(LINE_BYTES_MAX)
    const read = await all(linesOf(chunked(Buffer.from(`${exact}\n${exact}y\nz`), 10_000)))
    expect(read.map(({ number, bytes }) => [number, bytes?.length])).toEqual([
      [1, LINE_BYTES_MAX],
      [2, undefined],
      [3, 1],
    ])
  })

  test('say where the next one begins', async () => {
    const read = await all(linesOf(chunked(Buffer.from('ab\r\nc\n\u00E9'), 2)))
    expect(read.map(({ end }) => end)).toEqual([4, 6, 9])
  })

  test('a byte order mark is taken from the first line alone; what is not UTF-8 has no text', async () => {
    const bytes = Buffer.concat([Buffer.from('\uFEFFa\n\uFEFFb\n'), Buffer.from([0x63, 0xff, 0x0a, 0x64])])
    expect((await all(linesOf(chunked(bytes, 3)))).map(textOf)).toEqual(['a', '\uFEFFb', undefined, 'd'])
  })
})

describe('CSV', () => {
  test('quotes, doubled quotes, and cells over several lines', async () => {
    expect(await csv('a,b\n"x, y","say ""hi"""\n"two\r\nlines",z\n\n ,\n')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['x, y', 'say "hi"'] },
      { line: 3, cells: ['two\nlines', 'z'] },
      { line: 6, cells: [' ', ''] },
    ])
  })

  test.each([
    ['an open quote that nothing closes', '"open,2'],
    ['a quote inside a cell', '1,5" pipe'],
    ['text after a closing quote', '"a"b,2'],
    ['a cell too few', '1'],
    ['a cell too many', '1,2,3'],
    ['too long', `${'x'.repeat(LINE_BYTES_MAX)},2`],
  ])('%s costs its own line and no other', async (_, bad) => {
    const read = await csv(`a,b\n1,2\n${bad}\n3,4\n"five\nand more",6\n7,8\n`, 5_000)
    expect(read).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['1', '2'] },
      { line: 3, cells: undefined },
      { line: 4, cells: ['3', '4'] },
      { line: 5, cells: ['five\nand more', '6'] },
      { line: 7, cells: ['7', '8'] },
    ])
  })

  test('two open quotes do not swallow what lies between them', async () => {
    const read = await csv('a,b\n"x,1\n3,4\n5,"y\n7,8\n')
    expect(read.map(({ line, cells }) => [line, cells?.[0]])).toEqual([
      [1, 'a'],
      [2, undefined],
      [3, '3'],
      [4, undefined],
      [5, '7'],
    ])
  })

  test('a quoted cell runs over a hundred lines or 64 KiB at most', async () => {
    const cell = (lines: number, width: number): string => `"${Array(lines).fill('y'.repeat(width)).join('\n')}",2\n`
    const read = async (record: string) => (await csv(`a,b\n${record}3,4\n`, 5_000)).map(({ cells }) => cells?.[1])
    expect(await read(cell(100, 1))).toEqual(['b', '2', '4'])
    expect((await read(cell(102, 1))).filter((cells) => cells !== undefined)).toEqual(['b', '4'])
    expect(await read(cell(6, 10_000))).toEqual(['b', '2', '4'])
    expect((await read(cell(7, 10_000))).filter((cells) => cells !== undefined)).toEqual(['b', '4'])
  })

  test('every line with an open quote: each is rejected, none is lost', async () => {
    const read = await csv(`a,b\n${'"x,1\n'.repeat(500)}`, 1_000)
    expect(read.filter(({ cells }) => cells === undefined).map(({ line }) => line)).toEqual(
      Array.from({ length: 500 }, (_, index) => index + 2),
    )
  })

  test('a header that cannot be read ends the reading', async () => {
    await expect(csv('"open\nx\n')).rejects.toMatchObject({ code: 'ERR_FILE_INVALID' })
    await expect(csv(Buffer.from('fffe6100', 'hex'))).rejects.toMatchObject({ code: 'ERR_FILE_INVALID' })
    await expect(rows('empty.csv', '')).rejects.toMatchObject({ code: 'ERR_FILE_INVALID' })
  })
})

describe('rows', () => {
  test('of NDJSON are objects of the library’s form, flat cells, or malformed', async () => {
    const lines = [
      '{"own": {"deep": 1}}',
      '{"a": "x", "b": 2, "c": true, "d": null, "e": ["p", "q"]}',
      '{"a": {"deep": 1}}',
      '["a"]',
      'null',
      '{"a": ',
      '',
      '{"__proto__": "x"}',
    ]
    const read = await rows('some.ndjson', lines.join('\n'), ['own'])
    expect(read.map((row) => [row.line, row.kind])).toEqual([
      [1, 'object'],
      [2, 'cells'],
      [3, 'malformed'],
      [4, 'malformed'],
      [5, 'malformed'],
      [6, 'malformed'],
      [8, 'cells'],
    ])
    expect(read[1]?.kind === 'cells' && [...read[1].cells]).toEqual([
      ['a', 'x'],
      ['b', '2'],
      ['c', 'true'],
      ['d', ''],
      ['e', 'p;q'],
    ])
  })

  test('of two columns with one name the first counts', async () => {
    const [only] = await rows('twice.csv', 'a, a ,b\n1,2,3\n')
    expect(only?.kind === 'cells' && [...only.cells]).toEqual([
      ['a', '1'],
      ['b', '3'],
    ])
  })

  test('the format is that of the file’s name, or must be said', async () => {
    const { signal } = new AbortController()
    const open = (path: string) => openRows(path, { ownForm: [], signal })
    await expect(open(join(folder, 'x.txt'))).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID', field: '--format' })
    await expect(open('-')).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID', field: '--format' })
    await expect(open(join(folder, 'absent.csv'))).rejects.toMatchObject({ code: 'ERR_FILE_MISSING' })
    writeFileSync(join(folder, 'UPPER.CSV'), 'a\n1\n')
    expect((await open(join(folder, 'UPPER.CSV'))).format).toBe('csv')
  })
})

describe('the rejects file', () => {
  const path = join(folder, 'r.csv')

  test('is written anew, and is gone when nothing is rejected', async () => {
    for (const line of [3, 4]) {
      const rejects = await openRejects(path)
      await rejects.add([{ line, field: 'dateOfBirth', code: 'ERR_TOO_OLD' }])
      await rejects.add([])
      expect(await rejects.close()).toBe(true)
      expect(readFileSync(path, 'utf8')).toBe(`line,field,code\n${line},dateOfBirth,ERR_TOO_OLD\n`)
    }
    expect(await (await openRejects(path)).close()).toBe(false)
    expect(() => readFileSync(path)).toThrow('ENOENT')
  })

  test('never takes the place of another file', async () => {
    for (const content of ['', 'line,field\n', 'child,data\n']) {
      writeFileSync(path, content)
      await expect(openRejects(path)).rejects.toMatchObject({ code: 'ERR_FILE_EXISTS', field: '--rejects' })
      expect(readFileSync(path, 'utf8')).toBe(content)
    }
  })
})
