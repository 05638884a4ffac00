import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { keyPresses } from '../../src/cli/key-press.js'
import { columns, outputTo } from '../../src/cli/output.js'
import { painted, painter, paints } from '../../src/cli/paint.js'

const ESC = '\u001B'

function terminal(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY })
  return { stream, text: () => String(stream.read() ?? '') }
}

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('colour', () => {
  test('is for terminals that show it, unless NO_COLOR says something', () => {
    expect(paints({ isTTY: true }, { TERM: 'xterm' })).toBe(true)
    expect(paints({ isTTY: true }, { TERM: 'xterm', NO_COLOR: '' })).toBe(true)
    expect(paints({ isTTY: true }, { TERM: 'xterm', NO_COLOR: '1' })).toBe(false)
    expect(paints({ isTTY: true }, { TERM: 'dumb' })).toBe(false)
    expect(paints({ isTTY: false }, { TERM: 'xterm', CI: '1', FORCE_COLOR: '1' })).toBe(false)
    expect(paints({}, {})).toBe(false)
  })

  test('is painted on a terminal, and on nothing else', () => {
    vi.stubEnv('NO_COLOR', '')
    vi.stubEnv('TERM', 'xterm')
    const line = painted(['case 1', 8, 'strong'], ['child-protection', 18, 'urgent'], ['', 0])
    const [tty, pipe] = [terminal(true), terminal(false)]
    outputTo(tty.stream, false).item({}, line)
    outputTo(pipe.stream, false).item({}, line)
    expect(tty.text()).toContain(`${ESC}[31m`)
    expect(pipe.text()).toBe('case 1    child-protection\n')
    vi.stubEnv('NO_COLOR', '1')
    const plain = terminal(true)
    outputTo(plain.stream, false).item({}, line)
    expect(plain.text()).not.toContain(ESC)
  })

  test('never comes from what is shown: the words cannot paint or steer', () => {
    vi.stubEnv('NO_COLOR', '')
    vi.stubEnv('TERM', 'xterm')
    const { stream, text } = terminal(true)
    outputTo(stream, false).result({}, [[{ text: `a${ESC}[2Jb\u202Ec`, tone: 'good' }]])
    expect(text()).toBe(`${painter(true)('a [2Jb c', 'good')}\n`)
  })

  test('takes no width: painted columns stand where plain ones stand', () => {
    const cell = fc.tuple(fc.stringMatching(/^[a-z]{0,12}$/), fc.nat(14))
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 5 }), (cells) => {
        const line = painted(...cells.map(([word, width]) => [word, width, 'urgent'] as const))
        expect(line.map(({ text }) => text).join('')).toBe(columns(...cells))
      }),
    )
  })
})

describe('key presses', () => {
  test('come one at a time until an interrupt, and the terminal is as it was before', async () => {
    const raw: boolean[] = []
    const stdin = Object.assign(new PassThrough(), { setRawMode: (isRaw: boolean) => raw.push(isRaw) })
    stdin.write('to')
    stdin.write('s\u0003q')
    const keys: string[] = []
    for await (const key of keyPresses(stdin)) keys.push(key)
    expect(keys).toEqual(['t', 'o', 's'])
    expect(raw).toEqual([true, false])
  })
})
