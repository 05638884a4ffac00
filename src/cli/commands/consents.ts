import { Command } from 'commander'
import {
  CONSENT_KINDS,
  CONSENTED_INFORMATION,
  type ConsentRecord,
  type ConsentSpeaker,
  MANAGEMENT,
  stateOf,
} from '../../case/consent.js'
import { IndexError } from '../../errors.js'
import type { ConsentSaid } from '../../officer/consent.js'
import { when } from '../../page/words.js'
import { does, newCommand, numberOf, oneOf } from '../command.js'
import { dayOf, endOf } from '../days.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { officerFrom } from '../keys.js'
import { columns } from '../output.js'

const EXAMPLE =
  'consent record 1 --officer officer.key.json --by carer --carer 2 --kind data-protection --information involvement --to st-marys --given'

export function consentCommands(): readonly Command[] {
  const consent = new Command('consent')
    .description('Put on record what a child or a carer says, and take it back.')
    .addCommand(recordCommand())
    .addCommand(withdrawCommand())
    .addHelpText('after', `\nExample:\n  $ child-index ${EXAMPLE}`)
  return [consent, consentsCommand()]
}

interface RecordOptions {
  readonly officer: string
  readonly by: string
  readonly carer?: string
  readonly kind: string
  readonly information: string
  readonly to: string
  readonly given?: true
  readonly refused?: true
  readonly until?: string
  readonly understands?: true
  readonly doesNotUnderstand?: true
  readonly assessedBy?: string
  readonly assessedOn?: string
  readonly replaces?: string
}

function recordCommand(): Command {
  const command = newCommand('record', 'Record a consent or a refusal. It decides nothing by itself.', {
    example: EXAMPLE,
    json: '{ case, consent: number }',
  })
    .argument('<case>', 'number of the case')
    .requiredOption('--officer <keyfile>', 'key file of the officer')
    .requiredOption('--by <who>', 'child or carer')
    .option('--carer <number>', 'which carer, 1 to 9 in the officer’s own file (default: 1); never a name')
    .requiredOption('--kind <kind>', `${CONSENT_KINDS.join(', ')}; only data-protection is ever a reason to share`)
    .requiredOption('--information <information>', CONSENTED_INFORMATION.join(', '))
    .requiredOption('--to <recipient>', `id of an agency, or ${MANAGEMENT} for the officers themselves`)
    .option('--given', 'they consent')
    .option('--refused', 'they do not')
    .option('--until <day>', 'last day on which it counts (YYYY-MM-DD)')
    .option('--understands', 'the child understands this decision: a person’s judgement, never worked out from an age')
    .option('--does-not-understand', 'the child does not, as that person judged')
    .option('--assessed-by <pseudonym>', 'who judged it')
    .option('--assessed-on <day>', 'when (YYYY-MM-DD; default: now)')
    .option('--replaces <record>', 'what the same person said under another id, once two ids were linked')
  return does<RecordOptions>(command, (context, options, number = '') => {
    const wanted = numberOf(number, 'case')
    const said = saidWith(wanted, options)
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      const consent = await officer.recordConsent(said, { signal: context.signal })
      context.out.result({ case: wanted, consent }, [
        `Recorded under number ${consent}. Whoever said it can take it back: consent withdraw ${wanted} ${consent}`,
      ])
      return DONE
    })
  })
}

function saidWith(caseNumber: number, options: RecordOptions): ConsentSaid {
  const { until, replaces } = options
  return {
    case: caseNumber,
    ...speakerOf(options),
    kind: oneOf(CONSENT_KINDS, options.kind, '--kind'),
    information: oneOf(CONSENTED_INFORMATION, options.information, '--information'),
    to: options.to,
    given: oneFlag(options.given, options.refused, '--given'),
    ...(until === undefined ? {} : { until: endOf(until, '--until') }),
    ...understandingOf(options),
    ...(replaces === undefined ? {} : { replaces: numberOf(replaces, '--replaces') }),
  }
}

function speakerOf({ by, carer }: RecordOptions): ConsentSpeaker {
  if (oneOf(['child', 'carer'], by, '--by') === 'carer')
    return { by: 'carer', carer: numberOf(carer ?? '1', '--carer') }
  if (carer === undefined) return { by: 'child' }
  throw new IndexError('ERR_REQUEST_INVALID', 'goes with --by carer only', { field: '--carer' })
}

function understandingOf(options: RecordOptions): Pick<ConsentSaid, 'understanding'> {
  const { understands, doesNotUnderstand, assessedBy, assessedOn } = options
  if (understands === undefined && doesNotUnderstand === undefined && assessedBy === undefined) return {}
  const judged = oneFlag(understands, doesNotUnderstand, '--understands')
  if (assessedBy === undefined)
    throw new IndexError('ERR_REQUEST_INVALID', 'is needed with a judgement of understanding', {
      field: '--assessed-by',
    })
  const at = assessedOn === undefined ? {} : { at: dayOf(assessedOn, '--assessed-on') }
  return { understanding: { understands: judged, assessedBy, ...at } }
}

/** Exactly one of two flags; whether it is the first. */
function oneFlag(yes: true | undefined, no: true | undefined, field: string): boolean {
  if ((yes === undefined) === (no === undefined))
    throw new IndexError('ERR_REQUEST_INVALID', 'this, or its opposite: one of the two', { field })
  return yes === true
}

function withdrawCommand(): Command {
  const command = newCommand('withdraw', 'Take back what that person gave on that decision. It counts from now on.', {
    example: 'consent withdraw 1 4 --officer officer.key.json',
    json: '{ case, withdrawn: number }',
  })
    .argument('<case>', 'number of the case')
    .argument('<record>', 'number of the consent')
    .requiredOption('--officer <keyfile>', 'key file of the officer')
  return does<{ officer: string }>(command, (context, options, number = '', record = '') => {
    const wanted = numberOf(number, 'case')
    const consent = numberOf(record, 'record')
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      await officer.withdrawConsent(wanted, consent, { signal: context.signal })
      context.out.result({ case: wanted, withdrawn: consent }, [
        `Consent ${consent} is withdrawn. What was decided before stays decided.`,
      ])
      return DONE
    })
  })
}

function consentsCommand(): Command {
  const command = newCommand('consents', 'List what was said of the child of a case, by number.', {
    example: 'consents 1 --officer officer.key.json',
    json: 'one line each (NDJSON): { number, by, carer?, kind, decision, given, at, until?, understanding?, recordedBy, withdrawnAt?, replaces?, under? }',
  })
    .argument('<case>', 'number of the case')
    .requiredOption('--officer <keyfile>', 'key file of an officer who has taken or joined the case')
  return does<{ officer: string }>(command, (context, options, number = '') => {
    const wanted = numberOf(number, 'case')
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      const now = Date.now()
      for (const each of await officer.consents(wanted, { signal: context.signal }))
        context.out.item(each, consentLine(each, now))
      return DONE
    })
  })
}

function consentLine(record: ConsentRecord, now: number): string {
  const { number, by, carer, under, kind, decision, until, understanding } = record
  const cells = [
    [`consent ${number}`, 12],
    [by === 'child' ? by : `carer ${carer}`, 8],
    [kind, 15],
    [`${decision.information} to ${decision.to}`, 36],
    [stateOf(record, now), 9],
    [until === undefined ? '' : `until ${when(until)}`, 0],
  ] as const
  const judged =
    understanding === undefined
      ? ''
      : `  (the child ${understanding.understands ? 'understands' : 'does not understand'}, says ${understanding.assessedBy})`
  return `${columns(...cells)}${judged}${under === undefined ? '' : '  (under another id)'}`
}
