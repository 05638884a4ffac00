import { readFile } from 'node:fs/promises'
import { createAgency } from '../../src/agency.js'
import { openHub } from '../../src/embedded.js'
import { decodeKeyFile } from '../../src/key-file.js'

// Submits checks until it is killed, and says each receipt once it has it: as two systems of one agency, whose submissions are in
// flight at once and share a commit where they meet.
const [path = '', keyFile = '', run = ''] = process.argv.slice(2)
const { id, key, agencyKind } = decodeKeyFile(await readFile(keyFile, 'utf8'), 'agency')
const hub = await openHub({ path })

async function submit(system: string): Promise<never> {
  const agency = createAgency({ id, kind: agencyKind, key, hub, neverIssuedNumbers: true })
  for (let number = 1; ; number += 1) {
    const receipt = await agency.check({
      child: { nhsNumber: '9990000018' },
      // Every third check is one that raises a case by itself.
      incident: number % 3 === 0 ? 'police-protection' : 'police-notice',
      occurredAt: Date.now() - 1000,
      reference: `${run}/${system}/${number}`,
      practitioner: '1234',
    })
    process.stdout.write(`${JSON.stringify({ checkId: receipt.checkId, ...receipt.position })}\n`)
  }
}

await Promise.all([submit('a'), submit('b')])
