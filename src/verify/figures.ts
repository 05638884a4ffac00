import { parsePart } from '../case/figures/part.js'
import { parsePeriod } from '../case/figures/period.js'
import { fromJsonBytes } from '../json.js'
import { approve, type Docket, inspect, type Place, passOver, requires } from './docket.js'

/** Published figures hold nothing but counts that may be shown, of a period that was over, and of each period once. */
export function verifyFigures(docket: Docket, place: Place, body: Uint8Array): void {
  inspect(docket, place.position, 'figures do not stand', () => {
    const { period: name, kind } = parsePart(fromJsonBytes(body))
    const period = parsePeriod(name)
    requires(period.kind === kind, 'ERR_ENTRY_MALFORMED', 'they are of another length of period')
    requires(period.until <= place.at, 'ERR_JOURNAL_INVALID', 'their period was not over')
    requires(!docket.figures.has(name), 'ERR_JOURNAL_INVALID', 'figures of their period were published before')
    docket.figures.add(name)
    approve(docket, 'figures hold nothing but counts that may be shown, of a period that was over')
    passOver(docket, 'figures were not counted again')
  })
}
