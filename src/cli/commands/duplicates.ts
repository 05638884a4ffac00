import { Command } from 'commander'
import { DUPLICATE_STATUSES } from '../../case/duplicate.js'
import { LINK_DAYS, LINK_REASONS } from '../../case/link.js'
import type { DuplicateSide, PublicDuplicate } from '../../hub/links/duplicate-list.js'
import type { LinkOutcome } from '../../hub/links/links.js'
import { does, newCommand, numberOf, oneOf } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { officerFrom } from '../keys.js'
import { columns } from '../output.js'

export function duplicateCommands(): readonly Command[] {
  const duplicates = new Command('duplicates')
    .description('Ids that seem to be one child: look at the queue, and settle a pair.')
    .addCommand(listCommand())
    .addCommand(suspectCommand())
    .addCommand(wordCommand('merge', 'Say that a pair is one child; two officers must.'))
    .addCommand(wordCommand('distinct', 'Say that a pair is two children; two officers must.'))
    .addCommand(wordCommand('split', 'Say that a merge was an error; two officers must.'))
    .addHelpText(
      'after',
      '\nExample:\n  $ child-index duplicates merge 3 --officer officer.key.json --reason confirmed-by-agency',
    )
  return [duplicates]
}

interface Listed {
  readonly status?: string
  readonly officer?: string
}

function listCommand(): Command {
  const command = newCommand('list', 'List suspected duplicates by number.', {
    example: 'duplicates list --status open',
    json: 'one line each (NDJSON): { number, reason, status, at, first, second, waiting? }; a side is { checks, isRegistered, hasCase }',
  })
    .option('--status <status>', DUPLICATE_STATUSES.join(', '))
    .option('--officer <keyfile>', 'key file of an officer: a shielding officer is shown all pairs')
  return does<Listed>(command, (context, options) => {
    const status = options.status === undefined ? undefined : oneOf(DUPLICATE_STATUSES, options.status, '--status')
    return withHub(context, async (hub) => {
      const keyFile = options.officer
      if (keyFile === undefined) {
        for await (const each of hub.duplicates({ status })) context.out.item(each, duplicateLine(each))
        return DONE
      }
      const officer = await officerFrom(hub, keyFile)
      for (let after: number | undefined; ; ) {
        const page = await officer.duplicates({ status, after }, { signal: context.signal })
        for (const each of page) context.out.item(each, duplicateLine(each))
        after = page.at(-1)?.number
        if (after === undefined) return DONE
      }
    })
  })
}

function duplicateLine({ number, status, reason, first, second, waiting }: PublicDuplicate): string {
  const cells = [
    [`duplicate ${number}`, 16],
    [status, 9],
    [reason, 18],
    [sideText(first), 34],
    [sideText(second), 34],
  ] as const
  return waiting === undefined ? columns(...cells) : `${columns(...cells)}  ${waiting.kind} by ${waiting.officer}`
}

function sideText({ checks, isRegistered, hasCase }: DuplicateSide): string {
  return `${isRegistered ? 'registered' : 'unknown'}, ${checks} checks${hasCase ? ', a case' : ''}`
}

function suspectCommand(): Command {
  const command = newCommand('suspect', 'Queue the children of two cases that seem to be one.', {
    example: 'duplicates suspect 4 9 --officer officer.key.json',
    json: '{ duplicate: number in the queue }',
  })
    .argument('<case>', 'number of a case')
    .argument('<other>', 'number of another case')
    .requiredOption('--officer <keyfile>', 'key file of the officer')
  return does<{ officer: string }>(command, (context, options, one = '', other = '') => {
    const cases = [numberOf(one, 'case'), numberOf(other, 'other')] as const
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      const duplicate = await officer.suspect(...cases, { signal: context.signal })
      context.out.result({ duplicate }, [`The pair is number ${duplicate} in the queue`])
      return DONE
    })
  })
}

const SAID: Readonly<Record<LinkOutcome, string>> = {
  waiting: `recorded; another officer must say the same within ${LINK_DAYS} days`,
  linked: 'linked: their checks stand together from now on',
  distinct: 'two children, as two officers found',
  split: 'split: every check is back where it was, and every custodian knows',
}

function wordCommand(kind: 'merge' | 'distinct' | 'split', description: string): Command {
  const command = newCommand(kind, description, {
    example: `duplicates ${kind} 3 --officer officer.key.json --reason ${kind === 'split' ? 'linked-in-error' : 'confirmed-by-agency'}`,
    json: '{ duplicate, outcome }',
  })
    .argument('<duplicate>', 'number in the queue')
    .requiredOption('--officer <keyfile>', 'key file of the officer')
    .requiredOption('--reason <reason>', LINK_REASONS.join(', '))
  return does<{ officer: string; reason: string }>(command, (context, options, number = '') => {
    const duplicate = numberOf(number, 'duplicate')
    const reason = oneOf(LINK_REASONS, options.reason, '--reason')
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      const send = { signal: context.signal }
      const outcome =
        kind === 'split'
          ? await officer.split(duplicate, reason, send)
          : await officer.link(duplicate, kind, reason, send)
      context.out.result({ duplicate, outcome }, [`Duplicate ${duplicate}: ${SAID[outcome]}`])
      return DONE
    })
  })
}
