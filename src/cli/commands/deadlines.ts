import type { Command } from 'commander'
import { DEADLINE_KINDS, DEADLINE_STATES, type DeadlineState, SILENCE_REASONS } from '../../case/agenda.js'
import { englishCalendar, whenInLondon } from '../../case/deadlines.js'
import { IndexError } from '../../errors.js'
import type { SeenDeadline } from '../../hub/cases/deadlines.js'
import { does, newCommand, numberOf, oneOf } from '../command.js'
import { dayOf } from '../days.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { officerFrom } from '../keys.js'
import { columns } from '../output.js'

export function deadlineCommands(): readonly Command[] {
  return [deadlinesCommand(), silenceCommand(), remindCommand()]
}

const LINE = '{ kind, number, case?, officer?, startedAt, dueAt, state, silenced? }'

interface DeadlinesOptions {
  readonly officer: string
  readonly mine?: boolean
  readonly overdue?: boolean
  readonly state?: string
}

function deadlinesCommand(): Command {
  const command = newCommand(
    'deadlines',
    'List what is due, the most pressing first; what is silenced stands among it.',
    {
      example: 'deadlines --overdue --officer officer.key.json',
      json: `one line each (NDJSON): ${LINE}`,
    },
  )
    .requiredOption('--officer <keyfile>', 'key file of the officer')
    .option('--mine', 'only those of this officer')
    .option('--overdue', 'only those that are overdue or escalated')
    .option('--state <state>', DEADLINE_STATES.join(', '))
  return does<DeadlinesOptions>(command, (context, options) => {
    const state = stateIn(options)
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      const filter = { ...(state === undefined ? {} : { state }), ...(options.mine === true ? { mine: true } : {}) }
      for (let after: SeenDeadline | undefined; ; ) {
        const from = after === undefined ? {} : { after: nameOf(after) }
        const page = await officer.deadlines({ ...filter, ...from }, { signal: context.signal })
        for (const each of page) context.out.item(each, deadlineLine(each))
        after = page.at(-1)
        if (after === undefined) break
      }
      return DONE
    })
  })
}

function stateIn({ state, overdue }: DeadlinesOptions): DeadlineState | undefined {
  if (state !== undefined && overdue === true)
    throw new IndexError('ERR_REQUEST_INVALID', 'give --overdue or --state', { field: '--state' })
  if (overdue === true) return 'overdue'
  return state === undefined ? undefined : oneOf(DEADLINE_STATES, state, '--state')
}

function nameOf({ kind, number, dueAt }: SeenDeadline): Pick<SeenDeadline, 'kind' | 'number' | 'dueAt'> {
  return { kind, number, dueAt }
}

function deadlineLine({ kind, number, state, dueAt, case: of, officer, silenced }: SeenDeadline): string {
  const cells = [
    [state, 9],
    [`${kind} ${number}`, 16],
    [`due ${whenInLondon(dueAt)}`, 44],
    [of === undefined || kind === 'review' ? '' : `case ${of}`, 10],
  ] as const
  const silence =
    silenced === undefined
      ? ''
      : `  [silenced by ${silenced.by} until ${whenInLondon(silenced.until)}: ${silenced.reason}${silenced.times > 1 ? `, ${silenced.times} times` : ''}]`
  return `${columns(...cells)}  ${officer ?? ''}`.trimEnd() + silence
}

interface SilenceOptions {
  readonly officer: string
  readonly reason: string
  readonly until: string
}

function silenceCommand(): Command {
  const command = newCommand(
    'silence',
    'Have a deadline not reminded of or escalated for some days. It stays on every list. For managers.',
    {
      example:
        'silence decision 1 --officer manager.key.json --reason awaiting-agency --until 2026-03-06   (to the end of that day)',
      json: '{ kind, number, reason, until }',
    },
  )
    .argument('<kind>', DEADLINE_KINDS.join(', '))
    .argument('<number>', 'number of the case, referral, enquiry, account or correction')
    .requiredOption('--officer <keyfile>', 'key file of the manager')
    .requiredOption('--reason <reason>', SILENCE_REASONS.join(', '))
    .requiredOption(
      '--until <day>',
      'YYYY-MM-DD: to the end of this day, or of the next that is worked; at most the fifth',
    )
  return does<SilenceOptions>(command, (context, options, given = '', numbered = '') => {
    const kind = oneOf(DEADLINE_KINDS, given, 'kind')
    const number = numberOf(numbered, 'number')
    const reason = oneOf(SILENCE_REASONS, options.reason, '--reason')
    dayOf(options.until, '--until')
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      const until = (await englishCalendar()).fromDay(options.until, 0).dueAt
      await officer.silence({ kind, number, reason, until }, { signal: context.signal })
      context.out.result({ kind, number, reason, until }, [
        `The ${kind} of ${number} is silenced until ${whenInLondon(until)} (${reason}). It stays on the list.`,
      ])
      return DONE
    })
  })
}

function remindCommand(): Command {
  const command = newCommand(
    'remind',
    'Tell of every deadline that is soon, overdue or escalated now and was not told of as such. For a scheduler.',
    { example: 'remind', json: `one line each (NDJSON): ${LINE}` },
  ).option('--shielding', 'of what shielding officers alone may hear, instead of all the rest')
  return does<{ shielding?: boolean }>(command, (context, { shielding }) =>
    withHub(context, async (hub) => {
      await hub.remind((each) => context.out.item(each, deadlineLine(each)), { shielding })
      return DONE
    }),
  )
}
