import type { Command } from 'commander'
import { type CustodianStore, type KeyPlace, retireRoot, rotateRoot } from '../../../custodian.js'
import { custodianPlaces } from '../../../embedded/custodian-folder.js'
import { fileCustodianStore, fileKeyPlace, hubFolder } from '../../../embedded/files.js'
import { systemClock, systemRandom } from '../../../system.js'
import { type Context, CUSTODIAN_FOLDER, does, newCommand, numberOf } from '../../command.js'
import { DONE } from '../../failure.js'

interface Flags {
  readonly here?: string
}

/** `child-index custodian rotate-root`: what is sealed from now on depends on a fresh key. */
export function rotateRootCommand(): Command {
  const command = newCommand(
    'rotate-root',
    'Draw a new root key; the former ones stay for what they were used for. A custodian that serves takes it in at once.',
    { example: 'custodian rotate-root', json: '{ generation }' },
    CUSTODIAN_FOLDER,
  ).option('--here <n>', HERE)
  return does<Flags>(
    command,
    async (context, flags) => {
      const { place, store } = custodianOf(context, flags)
      const generation = await rotateRoot(place, store, { clock: systemClock, random: systemRandom })
      context.out.result({ generation }, [
        `Drew root ${generation}. Make a safe copy of the key file now.`,
        'In a quarter of an hour or later have the hub run: child-index rewrap',
        'Then the former root can go: child-index custodian retire-root',
      ])
      return DONE
    },
    CUSTODIAN_FOLDER,
  )
}

/** `child-index custodian retire-root`: deletes a former root for good. */
export function retireRootCommand(): Command {
  const command = newCommand(
    'retire-root',
    'Delete a former root key, once nothing lies under it any longer.',
    { example: 'custodian retire-root 1', json: '{ retired }' },
    CUSTODIAN_FOLDER,
  )
    .argument('<generation>', 'of the root to delete')
    .option('--here <n>', HERE)
    .option('--anyway', 'also where records may still need it: those lose this custodian’s share for good')
  return does<Flags & { anyway?: boolean }>(
    command,
    async (context, flags, given = '') => {
      const generation = numberOf(given, 'generation')
      const { place, store } = custodianOf(context, flags)
      await retireRoot(place, store, generation, { clock: systemClock, anyway: flags.anyway })
      context.out.result({ retired: generation }, [
        `Deleted root ${generation}. Its safe copies are for you to destroy.`,
      ])
      return DONE
    },
    CUSTODIAN_FOLDER,
  )
}

const HERE = 'number of a custodian in a hub’s own folder, which is then the folder of --dir'

function custodianOf({ dir }: Context, { here }: Flags): { readonly place: KeyPlace; readonly store: CustodianStore } {
  if (here === undefined) {
    const { key, log } = custodianPlaces(dir)
    return { place: fileKeyPlace(key), store: fileCustodianStore(log) }
  }
  const number = numberOf(here, '--here')
  const { custodianKey, custodianLog } = hubFolder(dir)
  return { place: fileKeyPlace(custodianKey(number)), store: fileCustodianStore(custodianLog(`custodian-${number}`)) }
}
