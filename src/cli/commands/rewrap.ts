import type { Command } from 'commander'
import { does, newCommand } from '../command.js'
import { DONE, REJECTED } from '../failure.js'
import { withHub } from '../hub.js'

/** `rewrap`: after a custodian has a new root, its shares of all records are wrapped anew under it. */
export function rewrapCommand(): Command {
  const command = newCommand(
    'rewrap',
    'Have custodians wrap their shares of all records anew under their newest roots. Opens nothing; can be stopped and run again.',
    {
      example: 'rewrap --custodian custodian-2',
      json: '{ custodians: [{ custodian, generation, rewrapped, failed }], shares: [{ custodian, generation, records }] }',
    },
  )
    .option('--custodian <id>', 'this one alone (default: all of them)')
    .option('--count', 'only count what lies under which root')
  return does<{ custodian?: string; count?: boolean }>(command, async (context, { custodian, count = false }) =>
    withHub(context, async (hub) => {
      const custodians = count ? [] : await hub.rewrap({ custodian, signal: context.signal })
      const shares = await hub.shareCounts()
      context.out.result({ custodians, shares }, [
        ...custodians.map((each) => `${each.custodian}: ${each.rewrapped} wrapped anew${failures(each.failed)}`),
        ...shares.map((each) => `${each.custodian}, root ${each.generation}: ${each.records} records`),
      ])
      return custodians.some(({ failed }) => failed > 0) ? REJECTED : DONE
    }),
  )
}

function failures(failed: number): string {
  return failed === 0 ? '' : `, ${failed} that it cannot open`
}
