import { readFileSync, writeFileSync } from 'node:fs'
import type { Results } from './results.js'
import { verdict } from './verdict.js'
import { besideText, ratioText } from './words.js'

const BEGIN = '<!-- figures of `npm run bench -- --table` -->'
const END = '<!-- end of figures -->'

/** Conditions and all figures as Markdown. */
export function resultsTable({ conditions, trials, about }: Results): string {
  const rows = trials.map((each) =>
    rowOf(`\`${each.name}\``, ratioText(each), besideText(each), each.note, verdict(each)),
  )
  const facts = about.flatMap((each) => each.facts.map(([name, value]) => `- \`${each.name}\`: ${name}: ${value}`))
  const failed = about.filter(({ outcome }) => outcome === 'failed').map(({ name }) => `- \`${name}\` failed.`)
  return [
    ...conditions.map(([name, value]) => `- ${name}: ${value}`),
    '',
    rowOf('Trial', 'Ratio', 'Figures', 'What beside what', 'Asked'),
    '|---|---|---|---|---|',
    ...rows,
    ...(facts.length + failed.length > 0 ? ['', ...facts, ...failed] : []),
  ].join('\n')
}

/** The text with the table in the place that is marked for it. @throws {RangeError} where no place is, or it has no end */
export function withTable(text: string, table: string): string {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (from < 0 || to < from) throw new RangeError('the page has no place that is marked for the table')
  return `${text.slice(0, from + BEGIN.length)}\n\n${table}\n\n${text.slice(to)}`
}

export function putIntoDocs(file: string, table: string): void {
  writeFileSync(file, withTable(readFileSync(file, 'utf8'), table))
}

function rowOf(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}
