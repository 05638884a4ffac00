import { createAgency } from '../../src/agency.js'
import { fillHub } from '../../src/cli/bench/fill.js'
import { numbersOf } from '../../src/cli/bench/numbers.js'
import { openHub } from '../../src/embedded.js'
import { newPartyKey } from '../../src/party.js'
import { fillBare } from './bare.js'

// Makes a prepared store in a process of its own: `prepare.js hub|bare PLACE CHILDREN`.
const [sort, place = '', count] = process.argv.slice(2)
const children = Number(count)
if (sort === 'bare') fillBare(place, children)
else {
  await fillHub({ path: place, children, onProgress: say })
  await requireAnswers()
}

function say(done: number): void {
  if (done % 100_000 === 0 || done === children) process.stderr.write(`  ${done} of ${children} children\n`)
}

/** Opened as anybody opens a hub, it knows the children: twenty of them, wherever they lie. */
async function requireAnswers(): Promise<void> {
  await using hub = await openHub({ path: place })
  const auditor = createAgency({
    id: 'sample',
    kind: 'health',
    key: await newPartyKey(),
    hub,
    neverIssuedNumbers: true,
  })
  await hub.enrol(auditor.enrolment())
  const every = Math.max(1, Math.floor(children / 20))
  for (const nhsNumber of numbersOf(children).filter((_, index) => index % every === 0)) {
    const { known } = await auditor.identify({ nhsNumber }, 'sample')
    if (known !== 'known') throw new Error('the prepared store does not know a child that is in it')
  }
}
