import { z } from 'zod'
import { equalBytes } from '../bytes.js'
import { decideDisclosure, disclosureRequestShape } from '../disclosure/decide.js'
import { isPurposeAllowed, LAWFUL_BASES, PURPOSES } from '../disclosure/purpose.js'
import { parse } from '../door.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import { approve, type Docket, inspect, type Place, passOver, permittedName, requires } from './docket.js'

const name = z.string().min(1).max(64)
const number = z.number().int().min(1)
const disclosure = z.strictObject({
  case: number,
  officer: name,
  to: name.optional(),
  purpose: z.enum([...PURPOSES, 'review']),
  lawfulBasis: z.enum(LAWFUL_BASES),
  decisions: z.array(z.strictObject({ request: disclosureRequestShape, decision: z.unknown() })).max(64),
})

/** The rules, asked again, give the decision that is recorded. A permit for a purpose that does not go with the threshold opens nothing. */
export function verifyDisclosure(docket: Docket, place: Place, body: Uint8Array): void {
  inspect(docket, place.position, 'a disclosure does not stand', () => {
    const said = parse(disclosure, fromJsonBytes(body), 'ERR_ENTRY_MALFORMED', 'disclosure')
    for (const { request, decision } of said.decisions) {
      const decided = decideDisclosure(request)
      const isRules = equalBytes(toJsonBytes(decided), toJsonBytes(decision))
      requires(isRules, 'ERR_DISCLOSURE_DENIED', 'the rules decide otherwise')
      const isFor = said.purpose === 'review' || isPurposeAllowed(request.threshold, said.purpose, said.lawfulBasis)
      if (decided.permitted && isFor) docket.permitted.add(permittedName(said, request.information))
    }
    approve(docket, 'disclosure decisions are those that the rules give')
    passOver(
      docket,
      'disclosure decisions rest on what the hub says of need, consent and threshold, and name their officer unsigned',
    )
  })
}
