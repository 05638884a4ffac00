import { equalBytes, toHex } from '../bytes.js'
import { sha256 } from '../hash.js'
import type { Entry } from '../journal/entry.js'
import { fromJsonBytes } from '../json.js'
import { parsePolicy } from '../policy/parse.js'
import { withActivationEntry, withRosterEntry } from '../roster/history.js'
import { approve, type Docket, inspect, requires } from './docket.js'

/** Every version of the roster from the pinned one on: signed as the one before demands, and not before its delay. */
export function verifyRosterEntry(docket: Docket, position: number, { type, at, body }: Entry): void {
  inspect(docket, position, 'a version of the roster does not stand', () => {
    const isFirst = docket.rosters.versions.length === 0
    requires(!isFirst || position === 0, 'ERR_ROSTER_INVALID', 'the journal does not begin with a roster')
    const follow = type === 'roster' ? withRosterEntry : withActivationEntry
    const next = follow(docket.rosters, position, at, body)
    const first = next.versions[0]?.roster
    const isPinned =
      first !== undefined && equalBytes(first.hash, docket.pin.roster) && equalBytes(first.hub.id, docket.pin.hub)
    requires(isPinned, 'ERR_ROSTER_INVALID', 'this is not the hub whose roster was pinned')
    if (next.versions.length > docket.rosters.versions.length)
      approve(docket, 'versions of the roster follow from the pinned one, signed as the one before demands')
    docket.rosters = next
  })
}

/** A policy document: it is one, and its hash is what the roster and verdicts name it by. */
export function verifyPolicyEntry(docket: Docket, position: number, body: Uint8Array): void {
  inspect(docket, position, 'a policy cannot be read', () => {
    docket.policies.set(toHex(sha256(body)), parsePolicy(fromJsonBytes(body)))
    approve(docket, 'policy documents can be read')
  })
}
