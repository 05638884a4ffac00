import { type Command, Option } from 'commander'
import type { Involvement } from '../../case/involvement.js'
import { LAWFUL_BASES, PURPOSES } from '../../disclosure/purpose.js'
import type { OpenAsk, Opening } from '../../officer.js'
import { when } from '../../page/words.js'
import { GROUPS } from '../../seal/label.js'
import { does, newCommand, numberOf, oneOf } from '../command.js'
import { DONE, REJECTED } from '../failure.js'
import { withHub } from '../hub.js'
import { officerFrom } from '../keys.js'

export function openingCommands(): readonly Command[] {
  return [openCommand(), readCommand(), involvementCommand()]
}

interface OpenOptions {
  readonly officer: string
  readonly purpose: string
  readonly basis: string
  readonly group: string
}

function openCommand(): Command {
  const command = newCommand('open', 'Ask the custodians to open details, and show them on this terminal alone.', {
    example: 'open 1 --officer officer.key.json --purpose referral --basis public-task',
    json: '{ opening, group, expiry, opened, released, refused, unavailable, invalid, details, involvement, badShares }',
  })
    .argument('<case>', 'number of the case')
    .requiredOption('--officer <keyfile>', 'key file of the officer; keeps the one-use key until the opening expires')
    .requiredOption('--purpose <purpose>', PURPOSES.join(', '))
    .requiredOption('--basis <basis>', `lawful basis: ${LAWFUL_BASES.join(', ')}`)
    .addOption(new Option('--group <group>', GROUPS.join(', ')).default('identity'))
  return does<OpenOptions>(command, (context, options, number = '') => {
    const ask: OpenAsk = {
      case: numberOf(number, 'case'),
      group: oneOf(GROUPS, options.group, '--group'),
      purpose: oneOf(PURPOSES, options.purpose, '--purpose'),
      lawfulBasis: oneOf(LAWFUL_BASES, options.basis, '--basis'),
    }
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      // The signed answers are in the journal; here they would be noise.
      const { answers: _signed, ...opened } = await officer.open(ask, { signal: context.signal })
      if (!opened.opened) {
        context.out.result(opened, ['Not opened: too few custodians released their share.', ...notReleased(opened)])
        return REJECTED
      }
      const { details, involvement, badShares } = await officer.read(opened.opening, { signal: context.signal })
      context.out.result({ ...opened, details, involvement, badShares }, [
        `Opened ${opened.group} of case ${ask.case}; released by ${opened.released.join(', ')}`,
        ...notReleased(opened),
        ...badShares.map((index) => `custodian ${index} of the keyset gave another share than was sealed`),
        ...detailLines(details),
        ...involvementLines(involvement),
        `opening ${opened.opening}, readable until ${when(opened.expiry)}; every reading is journalled`,
      ])
      return DONE
    })
  })
}

function notReleased({
  refused,
  unavailable,
  invalid,
}: Pick<Opening, 'refused' | 'unavailable' | 'invalid'>): readonly string[] {
  return [
    ...refused.map(({ custodian, reason }) => `refused by ${custodian}: ${reason}`),
    ...unavailable.map((custodian) => `${custodian} did not answer, or could not be reached`),
    ...invalid.map((custodian) => `${custodian} gave an answer that it did not sign for this request`),
  ]
}

/** Who knows the child, each by its own references: whom to ask. */
function involvementLines(involvement: readonly Involvement[]): readonly string[] {
  return involvement.map(
    ({ agency, agencyKind, references }) => `known to ${agency} (${agencyKind}) as ${references.join(', ')}`,
  )
}

function readCommand(): Command {
  const command = newCommand('read', 'Read once more what was opened, until it expires. Every reading is journalled.', {
    example: 'read 00112233445566778899aabbccddeeff --officer officer.key.json',
    json: '{ opening, group, details, involvement, badShares }',
  })
    .argument('<opening>', 'id of the opening')
    .requiredOption('--officer <keyfile>', 'key file of the officer who opened')
  return does<{ officer: string }>(command, (context, options, opening = '') =>
    withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      const read = await officer.read(opening, { signal: context.signal })
      context.out.result({ opening, ...read }, [...detailLines(read.details), ...involvementLines(read.involvement)])
      return DONE
    }),
  )
}

function involvementCommand(): Command {
  const command = newCommand('involvement', 'Name the agencies that know a child whom nobody registered.', {
    example: 'involvement 1 --officer officer.key.json --purpose referral --basis public-task',
    json: '{ involvement: [{ agency, agencyKind, references }] }',
  })
    .argument('<case>', 'number of the case')
    .requiredOption('--officer <keyfile>', 'key file of the officer')
    .requiredOption('--purpose <purpose>', PURPOSES.join(', '))
    .requiredOption('--basis <basis>', `lawful basis: ${LAWFUL_BASES.join(', ')}`)
  return does<{ officer: string; purpose: string; basis: string }>(command, (context, options, number = '') => {
    const ask = {
      case: numberOf(number, 'case'),
      purpose: oneOf(PURPOSES, options.purpose, '--purpose'),
      lawfulBasis: oneOf(LAWFUL_BASES, options.basis, '--basis'),
    }
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      const involvement = await officer.involvement(ask, { signal: context.signal })
      context.out.result({ involvement }, involvementLines(involvement))
      return DONE
    })
  })
}

/** Details as indented JSON, which is how the sealer gave them. */
export function detailLines(details: unknown): readonly string[] {
  return JSON.stringify(details, null, 2).split('\n')
}
