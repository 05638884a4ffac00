import type { Command } from 'commander'
import { readKeyFile, replaceFile } from '../../embedded/files.js'
import { encodeKeyFile } from '../../key-file.js'
import { createOfficer, type OfficerChange } from '../../officer.js'
import { does, newCommand } from '../command.js'
import { dayOf, endOf } from '../days.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { SUPERSEDE, toldOutcome } from '../outcome.js'
import { present } from '../party-file.js'
import { requireOwnEntry } from './rotate-key.js'

/** Who is in standing, and for how long: `suspend`, `reinstate`, `renew`. */
export function standingCommands(): readonly Command[] {
  return [suspendCommand(), reinstateCommand(), renewCommand()]
}

function suspendCommand(): Command {
  const command = newCommand('suspend', 'Take the standing of a party away, from this moment on.', {
    example: 'suspend o-1',
    json: '{ suspended: id, rosterVersion }',
  }).argument('<id>', 'of an agency, officer, sealer or custodian')
  return does(command, (context, _, id = '') =>
    withHub(context, async (hub) => {
      await hub.suspend(id)
      const { rosterVersion } = hub.status()
      context.out.result({ suspended: id, rosterVersion }, [
        `Suspended (roster version ${rosterVersion}). What it signed before stands.`,
      ])
      return DONE
    }),
  )
}

function reinstateCommand(): Command {
  const command = newCommand('reinstate', 'Give a suspended party its standing back.', {
    example: 'reinstate o-1',
    json: '{ reinstated: id, outcome: in-force | proposed, rosterVersion }',
  })
    .argument('<id>', 'of an agency, officer, sealer or custodian')
    .option('--supersede', SUPERSEDE)
  return does<{ supersede?: boolean }>(command, (context, { supersede }, id = '') =>
    withHub(context, async (hub) => {
      const outcome = await hub.reinstate(id, { supersede })
      const { rosterVersion } = hub.status()
      const isCustodian = hub.roster().parties.get(id)?.party === 'custodian'
      context.out.result({ reinstated: id, outcome, rosterVersion }, [
        toldOutcome(hub, 'In standing again', outcome),
        ...(isCustodian ? [`It waits for its peers: once it is in standing, run child-index unlock ${id}`] : []),
      ])
      return DONE
    }),
  )
}

interface RenewFlags {
  readonly key: string
  readonly trainingUntil?: string
  readonly vettingUntil?: string
  readonly undertakingAt?: string
  readonly supersede?: boolean
}

function renewCommand(): Command {
  const command = newCommand('renew', 'Give an officer new dates of training, vetting or undertaking.', {
    example: 'renew --key officer.key.json --training-until 2028-03-31',
    json: '{ renewed: id, outcome: in-force | proposed, rosterVersion }',
  })
    .requiredOption('--key <file>', 'key file of the officer')
    .option('--training-until <date>', 'last day on which the training is valid, YYYY-MM-DD')
    .option('--vetting-until <date>', 'last day on which the vetting is valid, YYYY-MM-DD')
    .option('--undertaking-at <date>', 'day on which the confidentiality undertaking was signed anew')
    .option('--supersede', SUPERSEDE)
  return does<RenewFlags>(command, (context, options) =>
    withHub(context, async (hub) => {
      const party = await present(hub, options.key, await readKeyFile(options.key, 'officer'))
      requireOwnEntry(hub, party)
      const dates = datesOf(options)
      const { kind: _, pin: __, oneUseKeys: ___, next: ____, ...officer } = party
      const { supersede } = options
      const outcome = await hub.replace(await createOfficer({ ...officer, hub }).replacement(dates), { supersede })
      await replaceFile(options.key, encodeKeyFile({ ...party, ...dates }))
      const { rosterVersion } = hub.status()
      context.out.result({ renewed: party.id, outcome, rosterVersion }, [toldOutcome(hub, 'Renewed', outcome)])
      return DONE
    }),
  )
}

type Dates = { -readonly [Name in Exclude<keyof OfficerChange, 'key'>]?: number }

function datesOf({ trainingUntil, vettingUntil, undertakingAt }: RenewFlags): Dates {
  const dates: Dates = {}
  if (trainingUntil !== undefined) dates.trainingUntil = endOf(trainingUntil, '--training-until')
  if (vettingUntil !== undefined) dates.vettingUntil = endOf(vettingUntil, '--vetting-until')
  if (undertakingAt !== undefined) dates.undertakingAt = dayOf(undertakingAt, '--undertaking-at')
  return dates
}
