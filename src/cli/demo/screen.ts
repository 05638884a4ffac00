import { describeBasis, type Reason } from '../../index.js'
import type { GeneratedChild } from '../../testing/population.js'
import type { OpenedCase } from './office.js'
import { type Demo, reportOn } from './run.js'

/** What the screen says besides the story. */
export interface Kept {
  readonly dir: string | undefined
  readonly population: string | undefined
  readonly seconds: number
}

const WIDTH = 100
const INDENT = 14

/** The story in at most 45 lines of 100 columns. Of a child it shows initials and a year of birth, and says who could read more. */
export function screen(demo: Demo, kept: Kept): readonly string[] {
  return [
    `child-index demo: a year in Harrowmere (seed ${demo.seed}). Nobody on this screen exists.`,
    '',
    ...registered(demo),
    ...checked(demo),
    ...receipt(demo),
    ...journalled(demo),
    ...cases(demo),
    ...opening(demo),
    ...referral(demo),
    ...enquiries(demo),
    ...verified(demo),
    ...searched(demo, kept),
    '',
    `${kept.seconds} seconds. The thresholds are illustrative; what this protects, and what not: docs/security.md`,
  ]
}

function registered({ year, from, now }: Demo): readonly string[] {
  return step('1 register', [
    `${count(year.registered)} children, from ${day(from)} to ${day(now)}. The sealer sealed their details and forgot them; ` +
      'the hub holds random child ids and keyed tokens.',
  ])
}

function checked({ year, agencies }: Demo): readonly string[] {
  const { known, unknown, unresolved } = year.answers
  const kinds = new Set([...agencies.values()].map(({ about }) => about.kind)).size
  const refused = [...year.refused].map(([code, times]) => `${count(times)} × ${code}`)
  return step('2 check', [
    `${count(year.checks)} checks by ${agencies.size} agencies of ${kinds} kinds, in ${count(year.batches)} signed batches: ` +
      `${count(known)} known, ${count(unknown)} unknown, ${count(unresolved)} unresolved.`,
    ...(refused.length > 0 ? [`Not taken: ${refused.join(', ')}`] : []),
  ])
}

function receipt({ year, agencies }: Demo): readonly string[] {
  const [kept] = year.receipts
  if (kept === undefined) return []
  const { known, position, recordedAt, notice } = kept.receipt
  return step('3 receipt', [
    `All that ${agencies.get(kept.contact.agency)?.about.title} got for its check ${kept.contact.reference}:`,
    `known here: ${known === 'known' ? 'yes' : known}; recorded ${day(recordedAt)} as journal entry ${position.entry}, row ${position.row}; the hub’s signature verified.`,
    `“${notice}”`,
  ])
}

function journalled({ stored }: Demo): readonly string[] {
  if (stored.length === 0) return []
  const rows = stored
    .slice(0, 3)
    .flatMap(({ entry, agency, agencyChildId, incident, indicators, occurredAt }) => [
      `entry ${String(entry).padEnd(6)}${day(occurredAt).padStart(11)}  ${agency.padEnd(20)} ${agencyChildId}`,
      `${' '.repeat(25)}${[incident, ...indicators].join(' ')}`,
    ])
  return step('4 journal', [
    'Three checks as they stand in the database. They are about one child, which nobody can tell without the hub’s ' +
      'keys: every agency has an id of its own for the child.',
    ...rows,
  ])
}

function cases(demo: Demo): readonly string[] {
  const { opened, cases: all } = demo.office
  const levels = Object.entries(reportOn(demo).byLevel).map(([level, times]) => `${count(times)} ${level}`)
  return step('5 case', [`${count(all.length)} cases raised: ${levels.join(', ')}.`, ...(opened ? why(opened) : [])])
}

/** One case explained as the officer saw it before the opening: no name, no agency, no child id. */
function why({ dossier }: OpenedCase): readonly string[] {
  const { number, verdict, timeline, agencyKinds } = dossier
  const support = timeline.filter(({ supports }) => supports)
  const kinds = tally(support.map(({ agencyKind }) => agencyKind))
  const days = support.map(({ occurredAt }) => occurredAt)
  return [
    `Case ${number}: ${count(timeline.length)} checks by ${agencyKinds.length} kinds of agency reach ${verdict.level} by ` +
      `${rulePath(verdict.reasons)}: ${verdict.reasons.map(reason).join(', ')}. ` +
      `Needed for it: ${kinds}, ${day(Math.min(...days))} to ${day(Math.max(...days))}.`,
  ]
}

function reason({ of, value, atLeast }: Reason): string {
  const what = of === 'checks' || of === 'points' ? of : `distinct ${of === 'agency' ? 'agencies' : `${of}s`}`
  return `${value ?? 'enough'} ${what} (${atLeast} needed)`
}

/** The rule that the measures stand in. */
function rulePath(reasons: readonly Reason[]): string {
  return reasons[0]?.path.replace(/\.all\[\d+\]$/, '') ?? 'no rule'
}

function opening(demo: Demo): readonly string[] {
  const { office } = demo
  const { opened, refused } = office
  const refusals = refused.map(
    ({ case: number, level, code }) =>
      `Case ${number} (${level}): ${code}, ${
        code === 'ERR_DISCLOSURE_DENIED' ? 'below the threshold and without consent' : 'nobody registered this child'
      }.`,
  )
  if (opened === undefined) return step('6 open', ['No case could be opened.', ...refusals])
  const { dossier, openings, details, basis } = opened
  const groups = openings.map(({ group }) => group).join(' and ')
  const released = Math.min(...openings.map((each) => each.released.length))
  return step('6 open', [
    `The officer asked for ${groups} of case ${dossier.number}. ${withoutSource(describeBasis(basis))} ` +
      `${released} of 3 custodians checked it all again and released their share (2 needed).`,
    `Only the officer’s key reads them. Shortened here: ${read(details, demo)}.`,
    ...refusals.slice(-2),
  ])
}

function withoutSource(basis: string): string {
  return basis.replace(/ \(.*\)\.$/, '.')
}

/** Enough to see that details arrived, and whose they are. */
function read(details: OpenedCase['details'], { population, year }: Demo): string {
  const identity = details.find(({ group }) => group === 'identity')?.details as GeneratedChild['details'] | undefined
  const carers = details.find(({ group }) => group === 'carers')?.details as readonly unknown[] | undefined
  if (identity === undefined) return 'nothing'
  const { givenNames, familyName, dateOfBirth, nhsNumber, addresses } = identity
  const place = population.findIndex(
    ({ registered: isRegistered, details: own }) =>
      isRegistered && own.nhsNumber === nhsNumber && own.givenNames === givenNames,
  )
  const whose =
    place === year.followed ? 'the child of the checks above' : place < 0 ? 'NOBODY HERE' : 'a child of the population'
  const initials = [givenNames, familyName].map((name) => `${name.slice(0, 1)}.`).join(' ')
  const household = [some(addresses.length, 'address'), ...(carers ? [some(carers.length, 'carer')] : [])].join(', ')
  return `${initials}, born ${dateOfBirth.slice(0, 4)}, ${household}; it is ${whose}`
}

function some(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : what.endsWith('s') ? 'es' : 's'}`
}

function referral({ office, agencies }: Demo): readonly string[] {
  const { referral: sent } = office
  if (sent === undefined) return []
  const to = agencies.get(sent.to)?.about.title ?? sent.to
  return step('7 refer', [
    `Referral ${sent.referral} to ${to}: ${sent.groups.join(' and ')}, sealed to its key, decision due ` +
      `${day(sent.decisionDueAt)}. The agency read it and decided: ${sent.decision}.`,
  ])
}

function enquiries({ office }: Demo): readonly string[] {
  const open = office.enquiries.filter(({ status }) => status === 'open').length
  const { ended } = office
  return step('8 enquire', [
    `${count(office.enquiries.length)} enquiries about children whom nobody registered; ${count(open)} still open.` +
      (ended === undefined ? '' : ` Number ${ended.number} ended: ${ended.outcome}.`),
  ])
}

function verified({ journal }: Demo): readonly string[] {
  return step('9 verify', [
    `${count(journal.size)} entries recomputed, head cosigned by ${journal.cosignedBy.length} custodians: ` +
      `${journal.verified ? 'verified' : 'NOT VERIFIED'}.`,
    journal.root,
  ])
}

function searched({ search, population, controlFound }: Demo, { dir, population: file }: Kept): readonly string[] {
  const { files, bytes, terms, found } = search
  const [first] = found
  const outcome = first === undefined ? 'none found' : `${count(found.length)} FOUND, first in ${first.file}`
  return step('10 search', [
    `All ${count(bytes)} bytes of ${files} files (database, log, keys, custodians) searched for ${count(terms)} names, numbers, ` +
      `dates, addresses and telephone numbers of ${count(population.length)} people: ${outcome}. ` +
      `The same search finds ${count(controlFound)} of ${count(population.length)} in the plain file of their details.`,
    dir === undefined ? 'The hub was temporary and is removed; keep it with --dir.' : `The hub is kept in ${dir}.`,
    ...(file === undefined ? [] : [`The people stand in plain text in ${file}: search for them yourself.`]),
  ])
}

/** Paragraphs behind the name of the step, broken between words. */
function step(name: string, lines: readonly string[]): readonly string[] {
  return lines
    .flatMap((line) => wrapped(line, WIDTH - INDENT))
    .map((line, index) => `${(index === 0 ? name : '').padEnd(INDENT)}${line}`.trimEnd())
}

function wrapped(line: string, width: number): readonly string[] {
  if (line.length <= width) return [line]
  const cut = line.lastIndexOf(' ', width)
  return cut <= 0 ? [line] : [line.slice(0, cut), ...wrapped(line.slice(cut + 1), width)]
}

function tally(words: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].map(([word, times]) => (times === 1 ? word : `${times} × ${word}`)).join(', ')
}

function count(value: number): string {
  return value.toLocaleString('en-GB')
}

function day(at: number): string {
  return new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
}
