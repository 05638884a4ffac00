import type { Command } from 'commander'
import { ERASURE_REASONS } from '../../case/erasure.js'
import { IndexError } from '../../errors.js'
import type { Hub } from '../../hub.js'
import { does, newCommand, numberOf, oneOf } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'

interface Flags {
  readonly case?: string
  readonly check?: string
  readonly noted?: boolean
  readonly reason?: string
}

export function eraseCommand(): Command {
  const command = newCommand(
    'erase',
    'Empty what the index holds of a child or a check; the journal verifies as before.',
    {
      example: 'erase --case 17 --reason court-order',
      json: '{ checks, records }, or with --noted { erased, waiting }',
    },
  )
    .option('--case <number>', 'the child of this case: its checks, its sealed details, and what finds it')
    .option('--check <position>', 'one check, by the position in its receipt: <entry>.<row>')
    .option('--noted', 'the children whose erasure sealers asked for, where nothing is in the way any longer')
    .option('--reason <reason>', ERASURE_REASONS.join(', '))
  return does<Flags>(command, (context, options) =>
    withHub(context, async (hub) => {
      if (options.noted === true) {
        const { erased, waiting } = await hub.eraseNoted()
        context.out.result({ erased, waiting }, [
          `Erased ${erased} children; ${waiting} wait until nothing is in the way`,
        ])
        return DONE
      }
      const { checks, records } = await erased(hub, options)
      context.out.result({ checks, records }, [
        `Erased the content of ${checks} checks and ${records} sealed groups of details`,
        'Bundles that were exported, backups, and what agencies hold of their own are not reached by this.',
      ])
      return DONE
    }),
  )
}

function erased(hub: Hub, options: Flags): ReturnType<Hub['eraseCheck']> {
  const reason = oneOf(ERASURE_REASONS, options.reason ?? '', '--reason')
  if (options.case !== undefined && options.check === undefined)
    return hub.eraseChildOfCase(numberOf(options.case, '--case'), reason)
  if (options.check !== undefined && options.case === undefined)
    return hub.eraseCheck(positionOf(options.check), reason)
  throw new IndexError('ERR_REQUEST_INVALID', 'say what to erase: one of --case, --check or --noted')
}

function positionOf(given: string): { readonly entry: number; readonly row: number } {
  const [, entry, row] = /^(\d{1,15})\.(\d{1,5})$/.exec(given) ?? []
  if (entry === undefined || row === undefined)
    throw new IndexError('ERR_REQUEST_INVALID', 'must be a position as in a receipt: <entry>.<row>', {
      field: '--check',
    })
  return { entry: Number(entry), row: Number(row) }
}
