import { Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { codedFailure } from '../../src/cli/failure.js'
import { columns, outputTo, when } from '../../src/cli/output.js'
import { startProgress } from '../../src/cli/progress.js'
import { IndexError } from '../../src/errors.js'

function sink(isTTY: boolean): { readonly stream: NodeJS.WriteStream; readonly text: () => string } {
  let text = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  return { stream: Object.assign(stream, { isTTY, columns: 120 }) as unknown as NodeJS.WriteStream, text: () => text }
}

describe('output', () => {
  test('is lines for people or JSON for programs, never both', () => {
    const people = sink(false)
    outputTo(people.stream, false).result({ a: 1 }, ['one', 'two'])
    outputTo(people.stream, false).item({ a: 1 }, 'three')
    expect(people.text()).toBe('one\ntwo\nthree\n')
    const programs = sink(false)
    outputTo(programs.stream, true).result({ a: 1 }, ['one'])
    outputTo(programs.stream, true).item({ b: 2 }, 'two')
    expect(programs.text()).toBe('{"a":1}\n{"b":2}\n')
  })

  test('what was sealed elsewhere does not steer the terminal', () => {
    const { stream, text } = sink(true)
    outputTo(stream, false).result({}, ['a\u001B[2Jb\u202Ec\u009Bd\ne'])
    expect(text()).toBe('a [2Jb c d e\n')
  })

  test('instants and columns', () => {
    expect(when(Date.UTC(2026, 0, 2, 3, 4, 59))).toBe('2026-01-02 03:04 UTC')
    expect(columns(['a', 3], ['bcd', 2], ['e', 5])).toBe('a    bcd  e')
  })
})

describe('progress', () => {
  const shown = (isTTY: boolean, elapsedMs: number, total?: number): string => {
    const { stream, text } = sink(isTTY)
    let now = 0
    const progress = startProgress('register', total, stream, () => now)
    now = elapsedMs
    progress.update(250, 50)
    progress.stop()
    return text()
  }

  test('tells count, rate and time left once something lasts over a second', () => {
    expect(shown(true, 2_000, 1_000)).toMatch(/register .*25% \| 50 \| 25\/s \| 0:06 left/)
  })

  test('without an end it tells count and rate', () => {
    expect(shown(true, 2_000)).toMatch(/register \| 50 \| 25\/s/)
  })

  test('is silent within the first second, and where there is no terminal', () => {
    expect(shown(true, 999, 1_000)).toBe('')
    expect(shown(false, 60_000, 1_000)).toBe('')
  })
})

describe('failures', () => {
  const name = 'Quibblethwaite'
  const system = (code: string): Error => Object.assign(new Error(`${code}: ${name}`), { code })

  test.each([
    [new IndexError('ERR_CASE_UNKNOWN', 'there is none'), 'ERR_CASE_UNKNOWN'],
    [new DOMException(name, 'AbortError'), 'ERR_ABORTED'],
    [system('ENOENT'), 'ERR_FILE_MISSING'],
    [system('EACCES'), 'ERR_FILE_INVALID'],
    [system('EISDIR'), 'ERR_FILE_INVALID'],
    [system(`E ${name}`), 'ERR_UNEXPECTED'],
    [new TypeError(name), 'ERR_UNEXPECTED'],
    [name, 'ERR_UNEXPECTED'],
    [undefined, 'ERR_UNEXPECTED'],
  ])('%s is told as %s, without what it says', (thrown, code) => {
    const failure = codedFailure(thrown)
    expect(failure.code).toBe(code)
    expect(`${failure.message}${failure.field ?? ''}${String(failure.cause ?? '')}`).not.toContain(name)
  })
})
