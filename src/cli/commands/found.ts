import type { Command } from 'commander'
import { toHex } from '../../bytes.js'
import { hubFolder } from '../../embedded/files.js'
import { foundFromSignatures, writeGenesis } from '../../embedded/founding.js'
import { IndexError } from '../../errors.js'
import { defaultPolicy } from '../../policy/default.js'
import { type Context, does, newCommand, numberOf } from '../command.js'
import { DONE, type ExitCode } from '../failure.js'
import { policyFrom } from './init.js'

interface Flags {
  readonly enrolment?: readonly string[]
  readonly policy?: string
  readonly quorum?: string
  readonly delayHours: string
  readonly signature?: readonly string[]
  readonly here?: readonly string[]
  readonly address?: readonly string[]
}

const DELAY_HOURS_MAX = 24 * 365

/** `child-index found`: founds a hub whose custodians are apart, in two steps with their signatures between. */
export function foundCommand(): Command {
  const command = newCommand(
    'found',
    'Found a hub with custodians that are apart: from their enrolments what they sign, from their signatures the hub.',
    {
      example: 'found --enrolment custodian-1.enrolment.json custodian-2.enrolment.json custodian-3.enrolment.json',
      json: '{ hub, pin, policyHash, custodians: [id], quorum, genesis: file } and, with --signature, { founded: true, places }',
    },
  )
    .option('--enrolment <files...>', 'of every custodian: writes genesis.json, for each of them to sign')
    .option('--policy <file>', 'policy as JSON (default: the illustrative policy of this package)')
    .option('--quorum <n>', 'how many of them can open (default: the least that is more than half)')
    .option('--delay-hours <n>', 'how long a change of the roster waits before it can take effect', '72')
    .option('--signature <files...>', 'of every custodian, on genesis.json: founds the hub')
    .option('--here <id=dir...>', 'custodians that run in the hub’s own process, with their folders')
    .option('--address <id=address...>', 'where custodians are reached, if not where their enrolments say')
  return does<Flags>(command, (context, flags) => {
    if ((flags.enrolment === undefined) === (flags.signature === undefined))
      throw new IndexError('ERR_REQUEST_INVALID', 'give either all enrolments or all signatures', {
        field: '--enrolment',
      })
    return flags.enrolment === undefined
      ? foundWith(context, flags, flags.signature ?? [])
      : propose(context, flags, flags.enrolment)
  })
}

async function propose({ dir, out }: Context, flags: Flags, enrolments: readonly string[]): Promise<ExitCode> {
  const policy = flags.policy === undefined ? defaultPolicy() : await policyFrom(flags.policy)
  const least = Math.floor(enrolments.length / 2) + 1
  const quorum = flags.quorum === undefined ? least : numberOf(flags.quorum, '--quorum')
  const activationDelayMs = hours(flags.delayHours) * 3_600_000
  const roster = await writeGenesis(dir, enrolments, { policy, quorum, activationDelayMs })
  const { genesis } = hubFolder(dir)
  out.result({ ...facts(roster), genesis }, [
    `Wrote ${genesis} for ${roster.keyset.members.join(', ')}: any ${quorum} of them can open.`,
    'Send it to each custodian. The first signs first, and its signature goes to the others with it:',
    '  child-index custodian sign genesis.json',
    `  child-index custodian sign genesis.json --first ${roster.keyset.members[0] ?? ''}.signature.json`,
  ])
  return DONE
}

async function foundWith({ dir, out }: Context, flags: Flags, signatures: readonly string[]): Promise<ExitCode> {
  const here = pairs(flags.here, '--here')
  const { roster, places } = await foundFromSignatures(dir, signatures, here, pairs(flags.address, '--address'))
  const told = facts(roster)
  out.result({ ...told, genesis: hubFolder(dir).genesis, founded: true, places }, [
    `Founded ${roster.hub.name} in ${dir}`,
    `hub  ${told.hub}`,
    `pin  ${told.pin}`,
    ...places.map((place) => `${place.custodian}  ${'address' in place ? place.address : 'in this process'}`),
    'Start each custodian (child-index custodian serve), then see child-index status.',
    'Give hub and pin to every party: whoever has them needs to believe nothing else.',
  ])
  return DONE
}

function facts(roster: Awaited<ReturnType<typeof writeGenesis>>) {
  return {
    hub: toHex(roster.hub.id),
    pin: toHex(roster.hash),
    policyHash: roster.policies[0]?.hash ?? '',
    custodians: roster.keyset.members,
    quorum: roster.keyset.quorum,
  }
}

function hours(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) <= DELAY_HOURS_MAX) return Number(text)
  throw new IndexError('ERR_REQUEST_INVALID', `must be hours, from 0 to ${DELAY_HOURS_MAX}`, { field: '--delay-hours' })
}

function pairs(given: readonly string[] = [], field: string): ReadonlyMap<string, string> {
  return new Map(
    given.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw new IndexError('ERR_REQUEST_INVALID', 'must be written id=value', { field })
      return [pair.slice(0, at), pair.slice(at + 1)] as const
    }),
  )
}
