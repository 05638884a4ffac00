import { z } from 'zod'
import { CASE_OUTCOMES, type CaseFile, type CaseStatus, CLOSING_REASONS } from '../../case/case.js'
import type { ClosingSaid } from '../../case/event.js'
import { closingSaid, sameEnd } from '../../case/transition.js'
import { parse } from '../../door.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import { encodeSigned, type Message } from '../../port.js'
import { historyPut, historyRows, NO_ROW } from '../checks/history-rows.js'
import { lastAssessed, loadWatermark, withWatermark } from '../checks/watermark.js'
import type { HubContext } from '../context.js'
import { CASE_ROLES, personOf, requireOfficer } from '../officers.js'
import { referralsDone } from '../referrals/referrals.js'
import { requireCase } from './cases.js'
import { happened } from './put-case.js'

const closeRequest = z.strictObject({
  case: z.number().int().min(1),
  reason: z.enum(CLOSING_REASONS),
  outcome: z.enum(CASE_OUTCOMES),
})
type Asked = z.infer<typeof closeRequest>

/**
 * Closes a case, for a reason and with an outcome. One that reached a threshold and was never opened takes a second officer who says
 * the same: the first word waits for it. Checks recorded afterwards can raise a case anew.
 */
export async function closeCase(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES)
  const asked = parse(closeRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'close')
  let status: CaseStatus = 'new'
  await hub.ledger.write(async (_, at) => {
    const file = await requireCase(hub, asked.case)
    status = file.status
    if (file.status === 'closed' && wasClosedBy(file, officer.id, asked)) return undefined
    // A check that was recorded a moment ago and that no officer can have seen is not closed away.
    const watermark = await loadWatermark(hub)
    const position = lastAssessed(watermark)
    const said = { ...asked, childId: file.childId, officer: officer.id, asked: encodeSigned(message), position }
    const event = closingSaid(file, said, (id) => personOf(hub, id))
    const { file: next, drafts, puts } = await happened(hub, file, event, at)
    status = next.status
    if (drafts.length === 0) return undefined
    // Another process that assesses meanwhile writes the same history.
    return withWatermark(watermark, { drafts, puts: [...puts, ...(await historyAfter(hub, file, event))] })
  })
  return toJsonBytes({ case: asked.case, status })
}

/** The same words again, because their answer was lost. */
function wasClosedBy(file: CaseFile, officer: string, asked: Asked): boolean {
  return file.joinedTo === undefined && sameEnd(file, asked) && file.closing?.officers.includes(officer) === true
}

async function historyAfter(hub: HubContext, file: CaseFile, { event, position }: ClosingSaid) {
  if (event !== 'closed') return []
  const [row = NO_ROW] = await historyRows(hub, [file.childId])
  return [
    historyPut(hub, file.childId, { ...row, closedAt: position, level: 'none' }),
    ...(await referralsDone(hub, file.referrals)),
  ]
}
