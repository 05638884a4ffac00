import { DETERMINATION_DAYS, signDetermination } from '../case/determination.js'
import { IndexError } from '../errors.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'
import { reviewed } from './review.js'

const DAY_MS = 86_400_000

/** Judging what the checks alone do not reach. */
export interface Determining {
  /** Signs the judgement that a level is met which the checks alone do not reach. */
  determine(caseNumber: number, options?: SendOptions): Promise<void>
}

export function determining(line: Connection): Determining {
  return {
    async determine(caseNumber, send) {
      const { verdict, mayDetermine, timeline } = await reviewed(line, caseNumber, send)
      if (mayDetermine === undefined)
        throw new IndexError(
          'ERR_THRESHOLD_NOT_REACHED',
          'the policy lets nobody determine from the level that the checks reach',
        )
      const checkIds = timeline
        .filter(({ supports, withdrawn }) => supports ?? !withdrawn)
        .map(({ checkId }) => checkId)
      const at = verdict.asOf
      const { from, to } = mayDetermine
      const said = {
        case: caseNumber,
        checkIds,
        policyHash: verdict.policyHash,
        at,
        from,
        to,
        expiry: at + DETERMINATION_DAYS * DAY_MS,
        officer: line.id,
      }
      await line.ask('determine', { determination: signDetermination(line.hub, said, line.key.signing) }, send)
    },
  }
}
