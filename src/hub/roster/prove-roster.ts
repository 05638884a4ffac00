import { PROVE_MAX } from '../../custodian/rosters.js'
import type { HubContext } from '../context.js'
import { isSilence, type LastSeen } from '../custodians/custodians.js'
import { rosterPositions } from './enrolment.js'

/** Passes over a custodian's no: it says so with a signature when it is asked to release. Silence is thrown on. */
export function passOver(error: unknown): void {
  if (isSilence(error)) throw error
}

/** Shows a custodian that the roster entries which it was told of stand in the journal, as far as it has not been shown before. */
export async function proveRoster(
  hub: HubContext,
  { custodian, proven }: Pick<LastSeen, 'custodian' | 'proven'>,
  head: { readonly note: string; readonly size: number; readonly seenSize: number },
): Promise<void> {
  const { note, size, seenSize } = head
  const positions = (await rosterPositions(hub)).filter((position) => position > proven && position < size)
  for (let at = 0; at < positions.length; at += PROVE_MAX) {
    const entries = await Promise.all(
      positions.slice(at, at + PROVE_MAX).map(async (position) => {
        const { salt } = await hub.ledger.readOne(position)
        return { position, salt, path: (await hub.ledger.inclusion(position, size)).path }
      }),
    )
    const consistency = await hub.ledger.consistency(Math.min(seenSize, size), Math.max(seenSize, size))
    await hub.custodians.ask(custodian, 'prove', { note, consistency, entries }).catch(passOver)
  }
}
