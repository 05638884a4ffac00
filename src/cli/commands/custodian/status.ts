import type { Command } from 'commander'
import { type CustodianReport, reportOf } from '../../../custodian.js'
import { readCustodianFolder } from '../../../embedded/custodian-folder.js'
import { CUSTODIAN_FOLDER, does, newCommand } from '../../command.js'
import { DONE } from '../../failure.js'
import { when } from '../../output.js'

/** `child-index custodian status`: read from the folder, also while the custodian serves. */
export function custodianStatusCommand(): Command {
  const command = newCommand(
    'status',
    'Say what the custodian knows, has released and refused, and what waits for its controller.',
    { example: 'custodian status', json: '{ custodian, hub, approve: all | controller, … the report }' },
    CUSTODIAN_FOLDER,
  )
  return does(
    command,
    async ({ dir, out }) => {
      const { keys, store, settings } = await readCustodianFolder(dir)
      const { approve } = settings
      const report = await reportOf(store)
      out.result({ custodian: keys.id, hub: Buffer.from(keys.hub.id).toString('hex'), approve, ...report }, [
        `${keys.id}, roster version ${report.rosterVersion}`,
        ...inWords(report, approve),
      ])
      return DONE
    },
    CUSTODIAN_FOLDER,
  )
}

function inWords(report: CustodianReport, approve: 'all' | 'controller'): readonly string[] {
  const { lockedAt, lastSeen, unproven, openings, withdrawals, policies, waiting, refusals } = report
  return [
    ...(lockedAt === undefined ? [] : [`LOCKED since ${when(lockedAt)}: it waits for what its peers remember`]),
    approve === 'all'
      ? 'Approves of whatever the rules allow: nobody is asked about changes of the roster'
      : 'Signs for no change of the roster and opens under no policy that its controller has not approved',
    `journal      ${lastSeen} entries seen; ${unproven} entries of the roster not proven yet`,
    `answered     ${openings} openings; keeps ${withdrawals} checks that were taken back`,
    ...policies.map(({ hash, from, approved }) => {
      return `policy       ${hash} from ${when(from)}${approved || approve === 'all' ? '' : ', NOT APPROVED'}`
    }),
    ...waiting.flatMap(({ hash, version, changes }) => [
      `Waits: version ${version}, ${hash}`,
      ...changes.map((line) => `  ${line}`),
    ]),
    ...refusals.slice(-10).map(({ at, reason }) => `refused      ${when(at)} ${reason}`),
  ]
}
