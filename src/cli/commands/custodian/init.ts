import { join } from 'node:path'
import type { Command } from 'commander'
import { equalBytes } from '../../../bytes.js'
import { custodianPlaces, readSettings, writeSettings } from '../../../embedded/custodian-folder.js'
import { createKeyFile, exists, readKeyFile } from '../../../embedded/files.js'
import { readPublicFile, writePublicFile } from '../../../embedded/public-file.js'
import { IndexError } from '../../../errors.js'
import { custodianEnrolment } from '../../../founding/apart.js'
import { type CustodianDraft, drawCustodian } from '../../../founding/draw.js'
import type { HubIdentity } from '../../../roster/roster.js'
import { parseEnrolment } from '../../../roster/shapes.js'
import { systemRandom } from '../../../system.js'
import { parseAddress } from '../../../transport/address.js'
import { CUSTODIAN_FOLDER, does, newCommand, numberOf, oneOf } from '../../command.js'
import { DONE } from '../../failure.js'

interface Flags {
  readonly hub: string
  readonly id: string
  readonly number?: string
  readonly controller: string
  readonly listen?: string
  readonly address?: string
  readonly approve: string
  readonly tokensPerDay?: string
  readonly out?: string
}

/** `child-index custodian init`: draws a custodian's keys where it is. */
export function custodianInitCommand(): Command {
  const command = newCommand(
    'init',
    'Draw a custodian’s keys in a folder of its own, and write the enrolment that the hub needs.',
    {
      example:
        'custodian init --hub hub.json --id custodian-1 --controller "Anytown Council, Monitoring Officer" --listen tcp:0.0.0.0:7411 --address tcp:custodian.anytown.example:7411',
      json: '{ custodian, number, enrolment, dir }',
    },
    CUSTODIAN_FOLDER,
  )
    .requiredOption('--hub <file>', 'hub.json, as init --apart wrote it')
    .requiredOption('--id <id>', 'lower-case letters, digits and hyphens, such as custodian-1')
    .option('--number <n>', 'number of the custodian, from 1 (default: the number at the end of its id)')
    .requiredOption('--controller <body>', 'who answers for this custodian: an office, never a person’s name')
    .option('--listen <address>', 'unix:PATH or tcp:HOST:PORT to serve at')
    .option('--address <address>', 'where the hub reaches it (default: where it listens)')
    .option(
      '--approve <whose>',
      'controller: each roster change and policy waits for approve; all: none does',
      'controller',
    )
    .option('--tokens-per-day <n>', 'lookup tokens of numbers in a day; of descriptions ten times as many')
    .option('--out <file>', 'enrolment file to write (default: <id>.enrolment.json in the folder)')
  return does<Flags>(
    command,
    async ({ dir, out }, flags) => {
      const { hub } = await readPublicFile(flags.hub, 'child-index/hub')
      const listen = flags.listen === undefined ? undefined : checked(flags.listen, '--listen')
      const address = flags.address === undefined ? listen : checked(flags.address, '--address')
      const approve = oneOf(['controller', 'all'], flags.approve, '--approve')
      const number = numberOf(flags.number ?? /\d+$/.exec(flags.id)?.[0] ?? '', '--number')
      const perDay = flags.tokensPerDay === undefined ? undefined : numberOf(flags.tokensPerDay, '--tokens-per-day')
      const blindsPerDay = perDay === undefined ? undefined : { number: perDay, description: perDay * 10 }
      const { draft, isNew } = await draftIn(dir, flags.id, hub)
      const enrolment = parseEnrolment(custodianEnrolment(draft, number, flags.controller))
      if (isNew) await createKeyFile(custodianPlaces(dir).key, { kind: 'custodian-draft', keys: draft })
      await writeSettings(dir, { ...(await readSettings(dir)), approve, listen, blindsPerDay })
      const file = flags.out ?? join(dir, `${flags.id}.enrolment.json`)
      await writePublicFile(file, 'child-index/custodian-enrolment', { hub: hub.id, enrolment, address })
      out.result({ custodian: flags.id, number, enrolment: file, dir }, [
        `Drew the keys of ${flags.id} in ${dir}, for the hub ${hub.name}`,
        `Send ${file} to whoever founds the hub: there is no secret in it.`,
        'The key file never leaves this machine, except for its own safe copy.',
      ])
      return DONE
    },
    CUSTODIAN_FOLDER,
  )
}

/** What an earlier run drew, where it got that far: keys are never drawn twice for one folder. */
async function draftIn(
  dir: string,
  id: string,
  hub: HubIdentity,
): Promise<{ readonly draft: CustodianDraft; readonly isNew: boolean }> {
  const { key } = custodianPlaces(dir)
  if (!(await exists(key))) return { draft: await drawCustodian(id, hub, systemRandom), isNew: true }
  const { keys: draft } = await readKeyFile(key, 'custodian-draft').catch(() => {
    throw taken()
  })
  if (draft.id !== id || !equalBytes(draft.hub.id, hub.id)) throw taken()
  return { draft, isNew: false }
}

function taken(): IndexError {
  return new IndexError('ERR_FILE_EXISTS', 'the folder holds another custodian, or one that has signed already')
}

function checked(text: string, field: string): string {
  try {
    parseAddress(text)
    return text
  } catch {
    throw new IndexError('ERR_REQUEST_INVALID', 'an address is unix:PATH or tcp:HOST:PORT', { field })
  }
}
