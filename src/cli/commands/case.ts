import type { Command } from 'commander'
import type { Dossier } from '../../case/dossier/dossier.js'
import { dossierPage } from '../../case/dossier/page.js'
import { type DossierLine, dossierText } from '../../case/dossier/text.js'
import type { Threshold } from '../../policy/policy.js'
import { does, newCommand, numberOf } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { officerFrom } from '../keys.js'
import type { Line, Tone } from '../paint.js'
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
      if (html === undefined) context.out.result(dossier, paintedLines(dossier))
      else {
        await writeNew(html, dossierPage(dossier), '--html')
        context.out.result({ case: wanted, written: html }, [`Case ${wanted}: written to ${html}`])
      }
      return DONE
    })
  })
}

const TITLES: Readonly<Record<Threshold, Tone>> = {
  none: 'strong',
  'child-in-need': 'warning',
  'child-protection': 'urgent',
}
const TONES: Readonly<Record<Exclude<DossierLine['kind'], 'title'>, Tone | undefined>> = {
  heading: 'strong',
  text: undefined,
  supports: 'strong',
  withdrawn: 'quiet',
  notice: 'quiet',
}

/** A dossier's lines with the tone of each. What a tone says stands in the words too. */
export function paintedLines(dossier: Dossier): readonly Line[] {
  return dossierText(dossier).map(({ text, kind }) => [
    { text, tone: kind === 'title' ? TITLES[dossier.threshold] : TONES[kind] },
  ])
}
