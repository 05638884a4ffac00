import { expect, test } from 'vitest'
import { dossierLines } from '../../src/case/dossier/text.js'
import { paintedLines } from '../../src/cli/commands/case.js'
import type { Line } from '../../src/cli/paint.js'
import { dossierFrom, manyChecks } from '../case/dossier/made.js'

const spans = (line: Line) => (typeof line === 'string' ? [{ text: line, tone: undefined }] : line)

test('a dossier at a terminal is its text, painted by line', () => {
  const dossier = dossierFrom(manyChecks(30))
  const lines = paintedLines(dossier).map(spans)
  expect(lines.map((line) => line.map(({ text }) => text).join(''))).toEqual(dossierLines(dossier))
  expect(lines[0]?.[0]).toMatchObject({ tone: 'urgent' })
  expect(spans(paintedLines({ ...dossier, threshold: 'child-in-need' })[0] ?? '')[0]?.tone).toBe('warning')
  const toneOf = (start: string) => lines.flat().find(({ text }) => text.startsWith(start))?.tone
  expect([toneOf('Trend'), toneOf('*'), toneOf('x '), toneOf('An indication')]).toEqual([
    'strong',
    'strong',
    'quiet',
    'quiet',
  ])
})
