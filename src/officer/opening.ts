import { z } from 'zod'
import type { Involvement } from '../case/involvement.js'
import { parse } from '../door.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'
import type { OneUseKeys } from './one-use-keys.js'
import { type OpenAsk, type Opening, openDetails } from './open.js'
import { involvementShape, type OpenedDetails, readDetails } from './read.js'

const involvementReply = z.strictObject({ involvement: involvementShape })

/** Opening what the law and the policy allow, and reading it. */
export interface OpeningWork {
  /**
   * Asks the custodians to open a group of details, which this officer alone can then read until the opening expires.
   * @throws {IndexError} `ERR_THRESHOLD_NOT_REACHED`, `ERR_DISCLOSURE_DENIED`, `ERR_CASE_STATUS`, `ERR_OPENING_UNKNOWN`
   */
  open(ask: OpenAsk, options?: SendOptions): Promise<Opening>
  /** Reads what was opened. Every reading is journalled. @throws {IndexError} `ERR_OPENING_EXPIRED`, `ERR_SHARES_INSUFFICIENT` */
  read(opening: string, options?: SendOptions): Promise<OpenedDetails>
  /**
   * Which agencies know a child whom nobody registered, by their own references, where a threshold is reached: there is nothing to
   * open, and they must be asked. A journalled view.
   * @throws {IndexError} `ERR_CASE_STATUS` for a registered child; else as `open`
   */
  involvement(ask: Omit<OpenAsk, 'group'>, options?: SendOptions): Promise<readonly Involvement[]>
}

export function openingWork(line: Connection, keys: OneUseKeys): OpeningWork {
  return {
    open: (ask, send) => openDetails(line, keys, ask, send),
    read: async (opening, send) => (await readDetails(line, keys, opening, send)).opened,
    async involvement(ask, send) {
      return parse(involvementReply, await line.ask('involvement', ask, send), 'ERR_MESSAGE_MALFORMED', 'involvement')
        .involvement
    },
  }
}
