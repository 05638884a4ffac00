import type { Command } from 'commander'
import { IndexError } from '../../errors.js'
import type { Rotation } from '../../hub.js'
import { when } from '../../page/words.js'
import { does, newCommand } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { SUPERSEDE } from '../outcome.js'

interface Flags {
  readonly overlapDays?: string
  readonly early?: boolean
  readonly supersede?: boolean
}

/** `rotate-epoch`: new agency child ids for everybody, and the former ones for a while longer. */
export function rotateEpochCommand(): Command {
  const command = newCommand(
    'rotate-epoch',
    'Begin the next identifier epoch: agencies get new child ids, and the former ones work on for a while.',
    { example: 'rotate-epoch --overlap-days 90', json: '{ outcome: rotated | proposed, epoch, formerUntil }' },
  )
    .option('--overlap-days <days>', 'how long checks may still carry an id of the former epoch (default: 90)')
    .option('--early', 'also while the window of the rotation before is open: ids from before that one stop at once')
    .option('--supersede', SUPERSEDE)
  return does<Flags>(command, async (context, { overlapDays, early, supersede }) => {
    const days = overlapDays === undefined ? undefined : daysOf(overlapDays)
    return withHub(context, async (hub) => {
      const rotation = await hub.rotateEpoch({ overlapDays: days, early, supersede })
      context.out.result(rotation, [
        `${SAID[rotation.outcome]}: epoch ${rotation.epoch}`,
        `Child ids of epoch ${rotation.epoch - 1} are taken until ${when(rotation.formerUntil)}`,
      ])
      return DONE
    })
  })
}

const SAID: Readonly<Record<Rotation['outcome'], string>> = {
  rotated: 'Begun',
  proposed: 'Proposed, and waits for its activation',
}

function daysOf(text: string): number {
  if (/^\d{1,3}$/.test(text)) return Number(text)
  throw new IndexError('ERR_REQUEST_INVALID', 'must be a whole number of days, at most 366', {
    field: '--overlap-days',
  })
}
