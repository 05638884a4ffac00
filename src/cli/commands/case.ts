import type { Command } from 'commander'
import { dossierPage } from '../../case/dossier/page.js'
import { dossierLines } from '../../case/dossier/text.js'
import { does, newCommand, numberOf } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { officerFrom } from '../keys.js'
import { writeNew } from '../policy/write-new.js'

interface CaseFlags {
  readonly officer?: string
  readonly html?: string
}

export function caseCommand(): Command {
  const command = newCommand(
    'case',
    'Show the dossier of one case: why its level holds, its checks and their trend, by identifier only.',
    {
      example: 'case 1 --officer officer.key.json --html case-1.html',
      json: 'the dossier; with --html { case, written }',
    },
  )
    .argument('<case>', 'number of the case')
    .option('--officer <keyfile>', 'key file of the officer who looks')
    .option('--html <file>', 'write it as a page that stands alone, with pictures; the file must not exist yet')
  return does<CaseFlags>(command, (context, { officer, html }, number = '') => {
    const wanted = numberOf(number, 'case')
    return withHub(context, async (hub) => {
      await hub.caughtUp({ signal: context.signal })
      const { signal } = context
      const dossier =
        officer === undefined
          ? await hub.case(wanted)
          : await (await officerFrom(hub, officer)).review(wanted, { signal })
      if (html === undefined) context.out.result(dossier, dossierLines(dossier))
      else {
        await writeNew(html, dossierPage(dossier), '--html')
        context.out.result({ case: wanted, written: html }, [`Case ${wanted}: written to ${html}`])
      }
      return DONE
    })
  })
}
