import { dayOf, oneLine, plural, spaced, when } from '../../page/words.js'
import type { Dossier } from './dossier.js'
import {
  determinationWords,
  earlierWords,
  endWords,
  markWords,
  raisedWords,
  STATUS_WORDS,
  standsWords,
  THRESHOLD_WORDS,
  trendSentence,
} from './in-words.js'
import type { TimelineItem } from './timeline.js'

/** Columns of a terminal that no line passes. */
const COLUMNS = 80
const NAME_COLUMNS = 14
const BAR_COLUMNS = 20

/** A line with what it is, so that a terminal can paint it. */
export interface DossierLine {
  readonly text: string
  readonly kind: 'title' | 'heading' | 'text' | 'supports' | 'withdrawn' | 'notice'
}

/** A dossier as plain text: at most 80 columns, no control characters, nothing that turns the direction of writing. */
export function dossierLines(dossier: Dossier): readonly string[] {
  return dossierText(dossier).map(({ text }) => text)
}

/** As `dossierLines`, each line with its kind. */
export function dossierText(dossier: Dossier): readonly DossierLine[] {
  const { number, verdict, timeline, next } = dossier
  const live = timeline.filter(({ withdrawn }) => !withdrawn).length
  return [
    ...lines('title', `Case ${number}: ${dossier.level}, ${STATUS_WORDS[dossier.status]}`),
    ...factLines(dossier),
    ...section('Why', dossier.explanation.flatMap(explained)),
    ...(next === undefined ? [] : section(`To ${next.level}`, next.missing.flatMap(explained))),
    ...section(`Timeline: ${plural(live, 'check')}`, timeline.flatMap(itemLines)),
    ...section('Trend', trendLines(dossier)),
    ...section('Officers', officerLines(dossier)),
    ...section('Before and after', caseLines(dossier)),
    { kind: 'text', text: '' },
    ...lines('notice', verdict.notice),
  ]
}

function factLines(dossier: Dossier): readonly DossierLine[] {
  const { verdict, level, threshold, agencyKinds, dimensions, outcomes, joinedTo, splitAt } = dossier
  const facts: readonly (readonly [name: string, value: string | undefined])[] = [
    ['threshold', THRESHOLD_WORDS[threshold]],
    ['raised', raisedWords(dossier)],
    ['owner', dossier.owner ?? 'nobody yet'],
    ['checks reach', verdict.level === level ? undefined : `${verdict.level} (${THRESHOLD_WORDS[verdict.threshold]})`],
    ['stands', standsWords(dossier)],
    ['as of', when(verdict.asOf)],
    ['agency kinds', agencyKinds.join(', ') || 'none'],
    ['dimensions', dimensions.join(', ') || 'none'],
    ['outcomes', outcomes.join(', ') || 'none'],
    ['goes on as', joinedTo === undefined ? undefined : `case ${joinedTo}`],
    ['look anew', splitAt === undefined ? undefined : `checks of another child left it on ${when(splitAt)}`],
  ]
  return facts.flatMap(([name, value]) =>
    value === undefined ? [] : lines('text', value, `${name.padEnd(NAME_COLUMNS)}`, ' '.repeat(NAME_COLUMNS)),
  )
}

function section(heading: string, body: readonly DossierLine[]): readonly DossierLine[] {
  if (body.length === 0) return []
  return [{ kind: 'text', text: '' }, ...lines('heading', heading), ...body]
}

/** A line of an explanation: items of lists hang under their hyphens. */
function explained(line: string): readonly DossierLine[] {
  const [, indent = '', words = line] = /^( *)- (.*)$/s.exec(line) ?? []
  const isItem = words !== line
  // Nested however deep, half of the line is left for words.
  const before = ' '.repeat(2 + Math.min(indent.length, COLUMNS / 2))
  return isItem ? lines('text', words, `${before}- `, `${before}  `) : lines('text', words, '  ', '  ')
}

function itemLines(item: TimelineItem): readonly DossierLine[] {
  const { number, occurredAt, agencyKind, incident, indicators, severity, withdrawn, supports } = item
  const kind = withdrawn ? 'withdrawn' : supports === true ? 'supports' : 'text'
  const sign = withdrawn ? 'x' : supports === true ? '*' : ' '
  const marks = markWords(item)
  const head = `${when(occurredAt)}  ${agencyKind}${severity === 0 ? '' : `, severity ${severity}`}${marks === '' ? '' : ` (${marks})`}`
  const start = `${sign} ${String(number).padStart(4)}  `
  const indent = ' '.repeat(start.length)
  return [
    ...lines(kind, head, start, indent),
    ...[incident, ...indicators].flatMap(({ code, label }) =>
      lines(kind, label === '' ? code : `${code} ${label}`, `${indent}- `, `${indent}  `),
    ),
  ]
}

function trendLines({ trend }: Dossier): readonly DossierLine[] {
  const { periods } = trend
  const used = periods.slice(
    Math.max(
      0,
      periods.findIndex(({ checks }) => checks > 0),
    ),
  )
  const greatest = Math.max(1, ...used.map(({ points }) => points))
  const rows = used.map(({ to, checks, points, level }) => {
    const bar = '#'.repeat(Math.ceil((points * BAR_COLUMNS) / greatest))
    const cells = [dayOf(to).padEnd(12), String(checks).padStart(6), String(points).padStart(9)]
    return cut(`  ${cells.join('')}  ${bar.padEnd(BAR_COLUMNS)}  ${oneLine(level ?? '')}`.trimEnd())
  })
  return [
    ...lines('text', trendSentence(trend), '  ', '  '),
    { kind: 'text', text: '  30 days to  checks   points' },
    ...rows.map((text): DossierLine => ({ kind: 'text', text })),
  ]
}

function officerLines(dossier: Dossier): readonly DossierLine[] {
  const { needToKnow, determinations, mayDetermine, closing } = dossier
  return [
    ...needToKnow.map(({ officer, because, at }) => `${officer} needs to know: ${spaced(because)}, since ${when(at)}`),
    ...determinations.map((each) => determinationWords(each, dossier)),
    ...(mayDetermine === undefined
      ? []
      : [`${mayDetermine.officers} officers may judge that ${mayDetermine.to} is met`]),
    ...(closing === undefined ? [] : [`${closing.officers.join(', ')} for closing it: ${endWords(closing)}`]),
  ].flatMap((words) => lines('text', words, '  - ', '    '))
}

function caseLines({ earlier, openings, referrals }: Dossier): readonly DossierLine[] {
  return [
    ...earlier.map(earlierWords),
    ...openings.map((opening, index) => `opening ${index + 1}: ${opening}`),
    ...referrals.map((referral) => `referral ${referral}`),
  ].flatMap((words) => lines('text', words, '  - ', '    '))
}

/** Words in lines no longer than the terminal is wide, broken between words where they can be. */
function lines(kind: DossierLine['kind'], words: string, start = '', indent = ''): readonly DossierLine[] {
  const out: string[] = []
  let line = start
  let isFresh = true
  for (const word of oneLine(words).split(' ').filter(Boolean)) {
    let rest = word
    if (!isFresh && width(line) + 1 + width(rest) > COLUMNS) {
      out.push(line)
      line = indent
      isFresh = true
    }
    while (width(line) + (isFresh ? 0 : 1) + width(rest) > COLUMNS) {
      const head = fitting(rest, COLUMNS - width(line))
      out.push(line + head)
      rest = rest.slice(head.length)
      line = indent
      isFresh = true
    }
    line += isFresh ? rest : ` ${rest}`
    isFresh = false
  }
  return [...out, line].map((text) => ({ kind, text: text.trimEnd() }))
}

/** Columns at most: what may be drawn two wide counts so, and marks that are drawn over others count as if they were not. */
function width(text: string): number {
  let columns = 0
  for (const character of text) columns += (character.codePointAt(0) ?? 0) < 0x11_00 ? 1 : 2
  return columns
}

function fitting(word: string, columns: number): string {
  let head = ''
  for (const character of word) {
    if (width(head) + width(character) > columns) break
    head += character
  }
  return head
}

function cut(line: string): string {
  return width(line) > COLUMNS ? fitting(line, COLUMNS) : line
}
