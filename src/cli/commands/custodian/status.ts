import type { Command } from 'commander'
import { toHex } from '../../../bytes.js'
import { newMeter } from '../../../custodian/meter.js'
import { type CustodianReport, reportOf } from '../../../custodian.js'
import { readCustodianFolder } from '../../../embedded/custodian-folder.js'
import { when } from '../../../page/words.js'
import { systemClock } from '../../../system.js'
import { CUSTODIAN_FOLDER, does, newCommand } from '../../command.js'
import { DONE } from '../../failure.js'

/** `child-index custodian status`: read from the folder, also while the custodian serves. */
export function custodianStatusCommand(): Command {
  const command = newCommand(
    'status',
    'Say what the custodian knows, has released and refused, and what waits for its controller.',
    {
      example: 'custodian status',
      json: '{ custodian, hub, approve: all | controller, rosterVersion, waiting, policies, lastSeen, lastRoot, unproven, openings, withdrawals, refusals, releases: [{ opening, case, officer, at }], today: { number: { used, of }, description: { used, of } }, … }',
    },
    CUSTODIAN_FOLDER,
  )
  return does(
    command,
    async ({ dir, out }) => {
      const { keys, store, settings } = await readCustodianFolder(dir)
      const { approve } = settings
      const report = await reportOf(store)
      const today = usedToday(report, newMeter(settings.blindsPerDay).perDay, systemClock())
      const hub = toHex(keys.hub.id)
      out.result({ custodian: keys.id, hub, approve, ...readable(report), today }, [
        `${keys.id} of hub ${hub}, roster version ${report.rosterVersion}`,
        ...inWords(report, approve),
        ...Object.entries(today).map(([sort, { used, of }]) => `tokens today ${used} of ${of} (${sort}) set aside`),
      ])
      return DONE
    },
    CUSTODIAN_FOLDER,
  )
}

/** Bytes as hexadecimal digits, for programs. */
function readable({ refusals, releases, lastRoot, metered: _, ...report }: CustodianReport): object {
  const named = ({ opening, ...asked }: CustodianReport['releases'][number]): object => {
    return { opening: toHex(opening), ...asked }
  }
  return {
    ...report,
    lastRoot: toHex(lastRoot),
    releases: releases.map(named),
    refusals: refusals.map(({ requestHash, asked, ...refusal }) => {
      return { ...refusal, requestHash: toHex(requestHash), ...(asked === undefined ? {} : { asked: named(asked) }) }
    }),
  }
}

const DAY_MS = 86_400_000

function usedToday(
  { metered }: CustodianReport,
  perDay: Readonly<Record<'number' | 'description', number>>,
  now: number,
): Readonly<Record<'number' | 'description', { readonly used: number; readonly of: number }>> {
  const isToday = metered.day === Math.floor(now / DAY_MS)
  const used = (sort: 'number' | 'description'): { used: number; of: number } => {
    return { used: isToday ? metered[sort] : 0, of: perDay[sort] }
  }
  return { number: used('number'), description: used('description') }
}

function inWords(report: CustodianReport, approve: 'all' | 'controller'): readonly string[] {
  const { lockedAt, lastSeen, unproven, openings, withdrawals, policies, waiting, refusals, releases } = report
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
    ...releases.slice(-10).map((each) => `released     ${when(each.at)} ${told(each)}`),
    ...refusals
      .slice(-10)
      .map(
        ({ at, reason, asked }) => `refused      ${when(at)} ${reason}${asked === undefined ? '' : `, ${told(asked)}`}`,
      ),
  ]
}

function told({ opening, case: number, officer }: CustodianReport['releases'][number]): string {
  return `case ${number}, to ${officer}, opening ${toHex(opening)}`
}
