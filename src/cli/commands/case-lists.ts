import type { Command } from 'commander'
import { CASE_STATUSES } from '../../case/case.js'
import { IndexError } from '../../errors.js'
import type { CaseFilter, CaseSummary } from '../../hub/cases/case-lists.js'
import type { Hub } from '../../hub.js'
import type { Officer } from '../../officer.js'
import { when } from '../../page/words.js'
import { THRESHOLDS, type Threshold } from '../../policy/policy.js'
import { type Context, does, newCommand, numberOf, oneOf } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { keyPresses } from '../key-press.js'
import { officerFrom } from '../keys.js'
import { painted, type Span, type Tone } from '../paint.js'

const SUMMARY = '{ number, status, level, threshold, raisedAt, updatedAt, reReferral, owner?, joinedTo?, splitAt? }'

interface ListOptions {
  readonly status?: string
  readonly threshold?: string
  readonly owner?: string
  readonly unowned?: boolean
  readonly mine?: boolean
  readonly again?: boolean
  readonly after?: string
  readonly officer?: string
}

export function casesCommand(): Command {
  const command = newCommand('cases', 'List the cases, by number and without any identifier of a child.', {
    example: 'cases --status new --threshold child-protection',
    json: `one line each (NDJSON): ${SUMMARY}`,
  })
    .option('--status <status>', CASE_STATUSES.join(', '))
    .option('--threshold <threshold>', THRESHOLDS.join(', '))
    .option('--owner <officer>', 'those that this officer owns, by id')
    .option('--unowned', 'those that nobody owns')
    .option('--mine', 'those of the officer whose key file is given')
    .option('--again', 'those of children of whom an earlier case was closed')
    .option('--after <case>', 'only those after this number')
    .option('--officer <keyfile>', 'key file of the officer who asks')
  return does<ListOptions>(command, (context, options) => {
    const filter = filterOf(options)
    return withHub(context, async (hub) => {
      const officer = options.officer === undefined ? undefined : await officerFrom(hub, options.officer)
      const wanted = options.mine === true && officer !== undefined ? { ...filter, owner: officer.id } : filter
      for await (const each of listed(hub, officer, wanted, context.signal)) context.out.item(each, summaryLine(each))
      return DONE
    })
  })
}

/** What the options ask for; whose key `--mine` is about shows once the key file is read. */
function filterOf({ status, threshold, owner, unowned, mine, again, after, officer }: ListOptions): CaseFilter {
  if ([owner, unowned, mine].filter((each) => each !== undefined).length > 1)
    throw new IndexError('ERR_REQUEST_INVALID', 'give one of --owner, --unowned and --mine', { field: '--owner' })
  if (mine === true && officer === undefined)
    throw new IndexError('ERR_REQUEST_INVALID', 'say whose with --officer', { field: '--mine' })
  const whose = unowned === true ? null : owner
  return {
    ...(status === undefined ? {} : { status: oneOf(CASE_STATUSES, status, '--status') }),
    ...(threshold === undefined ? {} : { threshold: oneOf(THRESHOLDS, threshold, '--threshold') }),
    ...(whose === undefined ? {} : { owner: whose }),
    ...(again === true ? { reReferral: true } : {}),
    ...(after === undefined ? {} : { after: numberOf(after, '--after') }),
  }
}

/** All of a list: as its officer asks for it a page at a time, or as whoever operates the hub reads it. */
async function* listed(
  hub: Hub,
  officer: Officer | undefined,
  filter: CaseFilter,
  signal: AbortSignal,
): AsyncGenerator<CaseSummary> {
  if (officer === undefined) {
    await hub.caughtUp({ signal })
    yield* hub.cases(filter)
    return
  }
  for (let { after } = filter; ; ) {
    const page = await officer.cases(after === undefined ? filter : { ...filter, after }, { signal })
    yield* page
    after = page.at(-1)?.number
    if (after === undefined) return
  }
}

const TONES: Readonly<Record<Threshold, Tone | undefined>> = {
  none: undefined,
  'child-in-need': 'warning',
  'child-protection': 'urgent',
}

function summaryLine(summary: CaseSummary): readonly Span[] {
  const { number, status, level, threshold, raisedAt, reReferral, owner = '' } = summary
  return painted(
    [`case ${number}`, 10, 'strong'],
    [level, 18, TONES[threshold]],
    [status, 12, status === 'closed' ? 'quiet' : undefined],
    [`raised ${when(raisedAt)}`, 27],
    [owner, 12, 'quiet'],
    [reReferral ? '(again)' : '', 0, 'warning'],
  )
}

export function nextCommand(): Command {
  const command = newCommand('next', 'Show the most urgent case that waits for you, or for anybody.', {
    example: 'next --officer officer.key.json',
    json: `{ case?: ${SUMMARY} }`,
  })
    .option('--take', 'take it as well')
    .requiredOption('--officer <keyfile>', 'key file of the officer')
    .addHelpText(
      'after',
      '\nOn a terminal it asks for one key: t take it, o how to open it, s the one after it, q quit.',
    )
  return does<{ officer: string; take?: boolean }>(command, (context, options) =>
    withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      const isAsked = !context.out.json && options.take !== true && process.stdin.isTTY && process.stdout.isTTY
      if (isAsked) await workThrough(officer, options.officer, keyPresses(process.stdin), context)
      else await showNext(officer, options.take === true, context)
      if (isAsked) process.stdin.pause()
      return DONE
    }),
  )
}

async function showNext(officer: Officer, take: boolean, { out, signal }: Context): Promise<void> {
  const next = await officer.nextCase(undefined, { signal })
  if (next !== undefined && take) await officer.take(next.number, { signal })
  const taken = next !== undefined && take ? { taken: true } : {}
  out.result(
    { ...(next === undefined ? {} : { case: next }), ...taken },
    next === undefined ? [NOTHING] : [summaryLine(next)],
  )
}

const NOTHING = 'No case waits.'
const KEYS = 't take it, o how to open it, s skip, q quit'

/** One key for one case, until nothing waits or somebody quits. */
export async function workThrough(
  officer: Pick<Officer, 'nextCase' | 'take'>,
  keyFile: string,
  keys: AsyncIterable<string>,
  { out, signal }: Pick<Context, 'out' | 'signal'>,
): Promise<void> {
  const show = (next: CaseSummary | undefined): void =>
    out.result({}, next === undefined ? [NOTHING] : [summaryLine(next), [{ text: KEYS, tone: 'quiet' }]])
  let next = await officer.nextCase(undefined, { signal })
  show(next)
  if (next === undefined) return
  for await (const key of keys) {
    switch (key) {
      case 't':
        await officer.take(next.number, { signal })
        out.result({}, [[{ text: `Case ${next.number} is yours`, tone: 'good' }], ...opening(next, keyFile)])
        return
      case 'o':
        out.result({}, opening(next, keyFile))
        break
      case 's':
        next = await officer.nextCase(next, { signal })
        show(next)
        if (next === undefined) return
        break
      case 'q':
        return
      default:
        out.result({}, [[{ text: KEYS, tone: 'quiet' }]])
    }
  }
}

function opening({ number }: CaseSummary, keyFile: string): readonly string[] {
  return [
    `child-index case ${number}`,
    `child-index open ${number} --group identity --purpose referral --basis public-task --officer ${keyFile}`,
  ]
}
