import { join } from 'node:path'
import { Command } from 'commander'
import { drawNextLookupKey, dropLookupKeys, takeNextLookupKey } from '../../../custodian.js'
import { custodianPlaces, readCustodianFolder } from '../../../embedded/custodian-folder.js'
import { fileKeyPlace } from '../../../embedded/files.js'
import { readPublicFile, writePublicFile } from '../../../embedded/public-file.js'
import { systemClock, systemRandom } from '../../../system.js'
import { CUSTODIAN_FOLDER, does, newCommand, numberOf } from '../../command.js'
import { DONE } from '../../failure.js'

/** `child-index custodian lookup-key …`: the custodians' half of the next generation of lookup keys. */
export function custodianLookupKeyCommand(): Command {
  return new Command('lookup-key')
    .description('Draw, take in or delete the custodians’ half of the keys that look-ups are made with.')
    .addCommand(drawCommand())
    .addCommand(takeCommand())
    .addCommand(dropCommand())
}

function drawCommand(): Command {
  const command = newCommand(
    'draw',
    'As the first custodian: draw the next key, and write a file for each of the others. Run again, it writes the same key.',
    { example: 'custodian lookup-key draw 2', json: '{ generation, letters: [file] }' },
    CUSTODIAN_FOLDER,
  ).argument('<generation>', 'one more than the present one')
  return does(
    command,
    async ({ dir, out }, _, given = '') => {
      const generation = numberOf(given, 'generation')
      const { store } = await readCustodianFolder(dir)
      const place = fileKeyPlace(custodianPlaces(dir).key)
      const letters = await drawNextLookupKey(place, store, generation, { clock: systemClock, random: systemRandom })
      const files: string[] = []
      for (const letter of letters) {
        const file = join(
          dir,
          `lookup-key-${generation}.${letter.to}.${Buffer.from(letter.signature).toString('hex', 0, 4)}.json`,
        )
        await writePublicFile(file, 'child-index/lookup-key', letter)
        files.push(file)
      }
      out.result(
        { generation, letters: files },
        files.map((file) => `hand over ${file}`),
      )
      return DONE
    },
    CUSTODIAN_FOLDER,
  )
}

function takeCommand(): Command {
  const command = newCommand(
    'take',
    'Take in the key that the first custodian drew.',
    { example: 'custodian lookup-key take lookup-key-2.custodian-2.json', json: '{ generation }' },
    CUSTODIAN_FOLDER,
  ).argument('<file>', 'as the first custodian, or the hub’s operator, handed it over')
  return does(
    command,
    async ({ dir, out }, _, file = '') => {
      const letter = await readPublicFile(file, 'child-index/lookup-key')
      const { store } = await readCustodianFolder(dir)
      await takeNextLookupKey(fileKeyPlace(custodianPlaces(dir).key), store, letter, systemClock)
      out.result({ generation: letter.generation }, [`Has its half of generation ${letter.generation}`])
      return DONE
    },
    CUSTODIAN_FOLDER,
  )
}

function dropCommand(): Command {
  const command = newCommand(
    'drop',
    'Delete the keys before the present one, once the hub has retired them.',
    { example: 'custodian lookup-key drop', json: '{ dropped: [generation] }' },
    CUSTODIAN_FOLDER,
  )
  return does(
    command,
    async ({ dir, out }) => {
      const { store } = await readCustodianFolder(dir)
      const dropped = await dropLookupKeys(fileKeyPlace(custodianPlaces(dir).key), store, systemClock)
      out.result({ dropped }, [
        dropped.length === 0 ? 'There is no former key' : `Deleted generation ${dropped.join(', ')}`,
      ])
      return DONE
    },
    CUSTODIAN_FOLDER,
  )
}
