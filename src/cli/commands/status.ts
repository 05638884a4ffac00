import type { Command } from 'commander'
import { toHex } from '../../bytes.js'
import { when } from '../../page/words.js'
import { does, newCommand } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'

export function statusCommand(): Command {
  const command = newCommand(
    'status',
    'Say what the hub is, what it holds, and what the way it is wired does not protect.',
    {
      example: 'status',
      json: '{ name, hub, pin, rosterVersion, epoch, formerEpochUntil?, policyId, policyVersion, policyHash, unassessedChecks, custodians, quorum, custodiansApart, custodianPlaces: [{ custodian, apart, reached, code? }], journalSize, parties: { party: number }, cases: { status: number }, enquiries: { status: number }, referrals: { status: number }, warnings }',
    },
  )
  return does(command, (context) =>
    withHub(context, async (hub) => {
      await hub.caughtUp({ signal: context.signal })
      const status = hub.status()
      const counts = {
        journalSize: await hub.journal.size(),
        parties: await tally([...hub.roster().parties.values()], ({ party }) => party),
        cases: await tally(hub.cases(), (each) => each.status),
        enquiries: await tally(hub.enquiries(), (each) => each.status),
        referrals: await tally(hub.referrals(), (each) => each.status),
      }
      const custodianPlaces = await hub.custodians()
      const pin = toHex(hub.pin.roster)
      context.out.result({ ...status, custodianPlaces, pin, ...counts }, [
        `${status.name}, ${counts.journalSize} journal entries`,
        `hub        ${status.hub}`,
        `pin        ${pin}`,
        `policy     ${status.policyId} ${status.policyVersion}, ${status.policyHash}`,
        `roster     version ${status.rosterVersion}: ${told(counts.parties)}`,
        `ids        of epoch ${status.epoch}${status.formerEpochUntil === undefined ? '' : `; those of the one before until ${when(status.formerEpochUntil)}`}`,
        `custodians ${status.quorum} of ${status.custodians} open`,
        ...custodianPlaces.map(
          ({ custodian, apart, reached, code }) =>
            `           ${custodian} ${apart ? 'apart' : 'in this process'}${reached ? '' : `, does not answer: ${code ?? ''}`}`,
        ),
        `cases      ${told(counts.cases)}`,
        `enquiries  ${told(counts.enquiries)}`,
        `referrals  ${told(counts.referrals)}`,
        ...status.warnings.map((warning) => `Warning: ${warning}.`),
      ])
      return DONE
    }),
  )
}

async function tally<T>(
  items: Iterable<T> | AsyncIterable<T>,
  word: (item: T) => string,
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {}
  for await (const item of items) counts[word(item)] = (counts[word(item)] ?? 0) + 1
  return counts
}

function told(counts: Readonly<Record<string, number>>): string {
  const words = Object.entries(counts).map(([word, count]) => `${count} ${word}`)
  return words.length === 0 ? 'none' : words.join(', ')
}
