import { Command } from 'commander'
import { createAgency } from '../../agency.js'
import { equalBytes, toHex } from '../../bytes.js'
import { createKeyFile, exists, readKeyFile } from '../../embedded/files.js'
import { IndexError, isIndexError } from '../../errors.js'
import type { Hub } from '../../hub.js'
import { createOfficer } from '../../officer.js'
import { newPartyKey } from '../../party.js'
import type { Enrolment } from '../../roster/enrolment.js'
import { OFFICER_ROLES, type OfficerRole } from '../../roster/roster.js'
import { parseEnrolment } from '../../roster/shapes.js'
import { createSealer } from '../../sealer.js'
import { systemClock } from '../../system.js'
import { type Context, does, newCommand, oneOf } from '../command.js'
import { dayOf, endOf } from '../days.js'
import { DONE, type ExitCode } from '../failure.js'
import { withHub } from '../hub.js'
import { SUPERSEDE, toldOutcome } from '../outcome.js'
import type { PartyFile } from '../party-file.js'

type Common = 'id' | 'pin' | 'key'
/** What a key file holds besides id, pin and key. */
type Attributes = { [Kind in PartyFile['kind']]: Omit<Extract<PartyFile, { kind: Kind }>, Common> }[PartyFile['kind']]

const JSON_SHAPE = '{ enrolled: { party, id }, outcome: in-force | proposed | later, key, hub, pin, rosterVersion }'
const LATER = 'make the key file only, to be enrolled with others in one change: enrol together'

export function enrolCommand(): Command {
  return new Command('enrol')
    .description('Put a party on the roster, and make its key file if it has none.')
    .addCommand(enrolAgency())
    .addCommand(enrolOfficer())
    .addCommand(enrolSealer())
    .addCommand(enrolTogether())
    .addHelpText(
      'after',
      '\nExample:\n  $ child-index enrol agency hill-school --kind education --key hill-school.key.json',
    )
}

function enrolAgency(): Command {
  const command = newCommand('agency', 'Enrol an agency.', {
    example: 'enrol agency anytown-police --kind police --key police.key.json',
    json: JSON_SHAPE,
  })
    .argument('<id>', 'lower-case letters, digits and hyphens')
    .requiredOption('--kind <kind>', 'police, health, education, …: a kind that the policy knows')
    .requiredOption('--key <file>', 'key file to make')
    .option('--sensitive', 'a sexual health, mental health or substance misuse service')
    .option(
      '--agreement-until <date>',
      'last day of its information-sharing agreement: from then on no referral goes to it',
    )
    .option('--later', LATER)
    .option('--supersede', SUPERSEDE)
  return does<AgencyFlags>(command, (context, options, id = '') =>
    enrol(context, id, options, {
      kind: 'agency',
      agencyKind: options.kind,
      sensitive: options.sensitive === true,
      ...(options.agreementUntil === undefined
        ? {}
        : { agreementUntil: endOf(options.agreementUntil, '--agreement-until') }),
    }),
  )
}

interface AgencyFlags extends Flags {
  readonly kind: string
  readonly sensitive?: boolean
  readonly agreementUntil?: string
}

interface OfficerFlags extends Flags {
  readonly person: string
  readonly trainingUntil: string
  readonly vettingUntil: string
  readonly undertakingAt?: string
  readonly role?: readonly string[]
}

function enrolOfficer(): Command {
  const command = newCommand('officer', 'Enrol an officer of the management function.', {
    example:
      'enrol officer o-1 --person p-17 --training-until 2027-03-31 --vetting-until 2028-01-31 --key officer.key.json',
    json: JSON_SHAPE,
  })
    .argument('<id>', 'lower-case letters, digits and hyphens')
    .requiredOption('--person <pseudonym>', 'who this is across keys and roles: a pseudonym, never a name')
    .requiredOption('--training-until <date>', 'last day on which the training is valid, YYYY-MM-DD')
    .requiredOption('--vetting-until <date>', 'last day on which the vetting is valid, YYYY-MM-DD')
    .option('--undertaking-at <date>', 'day on which the confidentiality undertaking was signed (default: now)')
    .option('--role <role...>', `${OFFICER_ROLES.join(', ')} (default: caseworker)`)
    .requiredOption('--key <file>', 'key file to make')
    .option('--later', LATER)
    .option('--supersede', SUPERSEDE)
  return does<OfficerFlags>(command, (context, options, id = '') =>
    enrol(context, id, options, {
      kind: 'officer',
      person: options.person,
      undertakingAt:
        options.undertakingAt === undefined ? systemClock() : dayOf(options.undertakingAt, '--undertaking-at'),
      trainingUntil: endOf(options.trainingUntil, '--training-until'),
      vettingUntil: endOf(options.vettingUntil, '--vetting-until'),
      roles: rolesOf(options.role),
      oneUseKeys: [],
    }),
  )
}

function rolesOf(given: readonly string[] = ['caseworker']): readonly OfficerRole[] {
  const roles = new Set(given.map((role) => oneOf(OFFICER_ROLES, role, '--role')))
  return OFFICER_ROLES.filter((role) => roles.has(role))
}

function enrolSealer(): Command {
  const command = newCommand('sealer', 'Enrol a sealer, who registers children.', {
    example: 'enrol sealer births --key births.key.json',
    json: JSON_SHAPE,
  })
    .argument('<id>', 'lower-case letters, digits and hyphens')
    .requiredOption('--key <file>', 'key file to make')
    .option('--later', LATER)
    .option('--supersede', SUPERSEDE)
  return does<Flags>(command, (context, options, id = '') => enrol(context, id, options, { kind: 'sealer' }))
}

interface Flags {
  readonly key: string
  readonly later?: boolean
  readonly supersede?: boolean
}

function enrolTogether(): Command {
  const command = newCommand('together', 'Enrol all of these in one change of the roster, which waits once.', {
    example: 'enrol together police.key.json care.key.json officer.key.json',
    json: '{ enrolled: [{ party, id }], outcome: in-force | proposed, rosterVersion }',
  })
    .argument('<keys...>', 'key files that enrol … --later made')
    .option('--supersede', SUPERSEDE)
  return does<{ supersede?: boolean }>(command, (context, { supersede }, ...files) =>
    withHub(context, async (hub) => {
      const parties = await Promise.all(files.map((file) => partyIn(hub, file)))
      const outcome = await hub.enrol(
        parties.map((party) => enrolmentOf(hub, party)),
        { supersede },
      )
      const { rosterVersion } = hub.status()
      const enrolled = parties.map(({ kind, id }) => ({ party: kind, id }))
      const what = enrolled.map(({ party, id }) => `${party} ${id}`).join(', ')
      context.out.result({ enrolled, outcome, rosterVersion }, [toldOutcome(hub, `Enrolled ${what}`, outcome)])
      return DONE
    }),
  )
}

/** @throws {IndexError} `ERR_KEY_WRONG` for the key file of anything but an agency, officer or sealer of this hub */
async function partyIn(hub: Hub, file: string): Promise<PartyFile> {
  for (const kind of ['agency', 'officer', 'sealer'] as const) {
    try {
      const party = await readKeyFile(file, kind)
      if (equalBytes(party.pin.hub, hub.id)) return party
    } catch (error) {
      if (!isIndexError(error, 'ERR_KEY_WRONG')) throw error
    }
  }
  throw new IndexError('ERR_KEY_WRONG', 'a key file is not that of an agency, officer or sealer of this hub')
}

/**
 * The key file is written before the roster names its key: whatever happens between, no party is on the roster whose key
 * nobody has. A file of the same party that did not get as far as the roster is used, and no file is ever replaced.
 */
async function enrol(context: Context, id: string, flags: Flags, attributes: Attributes): Promise<ExitCode> {
  const { key: file, later = false, supersede } = flags
  return withHub(context, async (hub) => {
    if (hub.roster().parties.has(id)) {
      throw new IndexError('ERR_PARTY_EXISTS', 'a party with this id is on the roster already')
    }
    const isThere = await exists(file)
    const party = isThere
      ? await ownFile(hub, file, id, attributes.kind)
      : ({ ...attributes, id, pin: hub.pin, key: await newPartyKey() } as PartyFile)
    const enrolment = enrolmentOf(hub, party)
    parseEnrolment(enrolment)
    if (!isThere) await createKeyFile(file, party)
    const outcome = later ? 'later' : await hub.enrol(enrolment, { supersede })
    const { rosterVersion } = hub.status()
    const ids = { hub: toHex(hub.id), pin: toHex(hub.pin.roster), rosterVersion }
    context.out.result({ enrolled: { party: party.kind, id }, outcome, key: file, ...ids }, [
      outcome === 'later'
        ? `Not enrolled yet: ${party.kind} ${id}`
        : toldOutcome(hub, `Enrolled ${party.kind} ${id}`, outcome),
      `Its key is in ${file}. Hand it over, and keep no copy with the hub.`,
    ])
    return DONE
  })
}

async function ownFile(hub: Hub, file: string, id: string, kind: PartyFile['kind']): Promise<PartyFile> {
  const found = await readKeyFile(file, kind).catch(() => undefined)
  if (found === undefined || found.id !== id || !equalBytes(found.pin.hub, hub.id)) {
    throw new IndexError('ERR_FILE_EXISTS', 'the key file exists and is not that of this party: it is not replaced', {
      field: '--key',
    })
  }
  return found
}

function enrolmentOf(hub: Hub, party: PartyFile): Enrolment {
  switch (party.kind) {
    case 'agency': {
      const { id, key, sensitive, agreementUntil } = party
      return createAgency({ id, kind: party.agencyKind, sensitive, agreementUntil, key, hub }).enrolment()
    }
    case 'officer': {
      const { kind: _, pin: __, oneUseKeys: ___, ...officer } = party
      return createOfficer({ ...officer, hub }).enrolment()
    }
    case 'sealer':
      return createSealer({ id: party.id, key: party.key, hub }).enrolment()
  }
}
