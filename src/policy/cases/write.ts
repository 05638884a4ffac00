import type { Example } from '../example.js'
import type { AssessedCheck } from '../history.js'
import { DAY_MS } from '../policy.js'
import { DAYS_BEFORE_MAX, defaultId } from './parse.js'

/**
 * A history as a case that can be pasted into a `*.cases.json` file: JSON text over several lines, which `parseCases`
 * reads back as the same history. `expected` is the level, `name` what the case shows.
 */
export function caseOf({ checks, asOf, closedAt }: Example, expected: string, name: string): string {
  const lines = checks.map((each, index) => `    ${JSON.stringify(written(each, index, asOf))}`)
  return [
    '{',
    `  "name": ${JSON.stringify(name)},`,
    `  "asOf": ${JSON.stringify(instant(asOf))},`,
    ...(closedAt === undefined ? [] : [`  "closedAt": ${closedAt},`]),
    lines.length === 0 ? '  "checks": [],' : `  "checks": [\n${lines.join(',\n')}\n  ],`,
    `  "expect": ${JSON.stringify({ level: expected })}`,
    '}',
  ].join('\n')
}

function written(check: AssessedCheck, index: number, asOf: number): object {
  const { id, agency, agencyKind, incident, indicators, occurredAt, withdrawn, position } = check
  const days = (asOf - occurredAt) / DAY_MS
  const isWholeDays = Number.isInteger(days) && days >= 0 && days <= DAYS_BEFORE_MAX
  return {
    ...(id === defaultId(index) ? {} : { id }),
    agency,
    kind: agencyKind,
    incident,
    ...(indicators.length === 0 ? {} : { indicators }),
    ...(isWholeDays ? { daysBefore: days } : { on: instant(occurredAt) }),
    ...(withdrawn === undefined ? {} : { withdrawn }),
    ...(position === undefined ? {} : { position }),
  }
}

/** The day where it is midnight UTC, else date and time; milliseconds for years that ISO 8601 writes otherwise. */
function instant(at: number): string | number {
  const text = new Date(at).toISOString()
  if (text.length > 24) return at
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.replace(/(:00)?\.000Z$/, 'Z')
}
