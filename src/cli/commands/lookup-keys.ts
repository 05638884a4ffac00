import { join } from 'node:path'
import type { Command } from 'commander'
import { retireLookupKeys, rotateLookupKeys } from '../../embedded/lookup-keys.js'
import { writePublicFile } from '../../embedded/public-file.js'
import { openHub } from '../../embedded.js'
import { does, newCommand } from '../command.js'
import { DONE, REJECTED } from '../failure.js'
import { withHub } from '../hub.js'

export function lookupKeyCommands(): readonly Command[] {
  return [rotateCommand(), statusCommand(), retireCommand()]
}

function rotateCommand(): Command {
  const command = newCommand('rotate-lookup', 'Begin the next generation of the keys that look-ups are made with.', {
    example: 'rotate-lookup',
    json: '{ generation, missing: [custodian], letters: [file] }',
  })
  return does(command, async ({ dir, out }) => {
    const { generation, missing, letters } = await rotateLookupKeys(dir, () => openHub({ path: dir }))
    const files = letters.map(({ to }) => join(dir, `lookup-key-${generation}.${to}.json`))
    for (const [index, letter] of letters.entries())
      await writePublicFile(files[index] ?? '', 'child-index/lookup-key', letter)
    if (missing.length > 0) {
      out.result({ generation, missing, letters: files }, [
        `Waits for ${missing.join(', ')}: each takes its half of generation ${generation} with custodian lookup-key take`,
        ...files.map((file) => `  hand over ${file}`),
        'Then run this once more. Until then nothing has changed for look-ups.',
      ])
      return REJECTED
    }
    out.result({ generation, missing, letters: [] }, [
      `Look-ups are under generation ${generation} now, and answered under the one before too`,
      'Have every sealer feed its register once more, start other processes of this hub anew, and end with retire-lookup.',
    ])
    return DONE
  })
}

function statusCommand(): Command {
  const command = newCommand('lookups', 'Say how many children stand under which generation of lookup keys.', {
    example: 'lookups',
    json: '{ present, former?, registered, provisional }',
  })
  return does(command, (context) =>
    withHub(context, async (hub) => {
      const found = await hub.lookups()
      context.out.result(found, [
        `present generation ${found.present}${found.former === undefined ? '' : `, former ${found.former}`}`,
        `under the former: ${found.registered} registered children, ${found.provisional} that nobody registered`,
      ])
      return DONE
    }),
  )
}

function retireCommand(): Command {
  const command = newCommand(
    'retire-lookup',
    'End the former generation of lookup keys, once a feed has brought the children over.',
    {
      example: 'retire-lookup',
      json: '{ registered, provisional }',
    },
  ).option('--anyway', 'also while registered children stand under it: nobody finds them until they are fed again')
  return does<{ anyway?: boolean }>(command, async ({ dir, out }, { anyway }) => {
    const left = await retireLookupKeys(dir, () => openHub({ path: dir }), { anyway })
    out.result(left, [
      'The former lookup keys are gone from this folder, and so is what stood under them',
      `no longer found by look-up: ${left.registered} registered children, ${left.provisional} that nobody registered`,
      'Custodians that are apart end theirs with custodian lookup-key drop.',
    ])
    return DONE
  })
}
