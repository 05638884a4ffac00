import { Command } from 'commander'
import { toHex } from '../../bytes.js'
import { ALERT_OUTCOMES, type Alert } from '../../case/alert.js'
import { when } from '../../page/words.js'
import { does, newCommand, numberOf, oneOf } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { officerFrom } from '../keys.js'
import { columns } from '../output.js'

const ALERT_STATUSES = ['open', 'ended'] as const

export function alertCommands(): readonly Command[] {
  const alert = new Command('alert')
    .description('Work on one alert.')
    .addCommand(endCommand())
    .addHelpText('after', '\nExample:\n  $ child-index alert end 1 --officer officer.key.json --outcome explained')
  return [alertsCommand(), alert]
}

function alertsCommand(): Command {
  const command = newCommand(
    'alerts',
    'List what was noticed: look-ups that look like fishing, and honey records asked for.',
    {
      example: 'alerts --status open',
      json: 'one line each (NDJSON): { number, kind, audience, at, times, agency?, practitioner?, officer?, case?, enquiry?, reason?, status, outcome?, endedBy?, endedAt? }',
    },
  )
    .option('--status <status>', ALERT_STATUSES.join(', '))
    .option('--officer <keyfile>', 'as this officer: a shielding officer is shown those about shielded children too')
  return does<{ status?: string; officer?: string }>(command, (context, options) => {
    const filter = options.status === undefined ? {} : { status: oneOf(ALERT_STATUSES, options.status, '--status') }
    return withHub(context, async (hub) => {
      const show = (alert: Alert): void => context.out.item(shown(alert), alertLine(alert))
      if (options.officer === undefined) for await (const each of hub.alerts(filter)) show(each)
      else {
        const officer = await officerFrom(hub, options.officer)
        for (let after: number | undefined; ; ) {
          const page = await officer.alerts(after === undefined ? filter : { ...filter, after }, {
            signal: context.signal,
          })
          page.forEach(show)
          after = page.at(-1)?.number
          if (after === undefined) break
        }
      }
      return DONE
    })
  })
}

/** The practitioner as digits: the agency alone can say who it is. */
function shown(alert: Alert): object {
  return alert.practitioner === undefined ? alert : { ...alert, practitioner: toHex(alert.practitioner) }
}

function alertLine(alert: Alert): string {
  const { number, kind, status, at, times, agency, practitioner, officer, outcome } = alert
  const whose = agency === undefined ? `officer ${officer}` : agency
  const cells = [
    [`alert ${number}`, 12],
    [status, 6],
    [kind, 17],
    [times === 1 ? '' : `${times} times`, 8],
    [outcome ?? when(at), 20],
  ] as const
  return `${columns(...cells)}  ${whose}${practitioner === undefined ? '' : ` ${toHex(practitioner)}`}`
}

function endCommand(): Command {
  const command = newCommand('end', 'Say what came of an alert.', {
    example: 'alert end 1 --officer officer.key.json --outcome explained',
    json: '{ ended: alert, outcome }',
  })
    .argument('<alert>', 'number of the alert')
    .requiredOption('--officer <keyfile>', 'key file of the officer')
    .requiredOption('--outcome <outcome>', ALERT_OUTCOMES.join(', '))
  return does<{ officer: string; outcome: string }>(command, (context, options, given = '') => {
    const alert = numberOf(given, 'alert')
    const outcome = oneOf(ALERT_OUTCOMES, options.outcome, '--outcome')
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      await officer.endAlert(alert, outcome, { signal: context.signal })
      context.out.result({ ended: alert, outcome }, [`Alert ${alert} has ended: ${outcome}`])
      return DONE
    })
  })
}
