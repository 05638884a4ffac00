import { unlink } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Command } from 'commander'
import { toHex } from '../../bytes.js'
import { IndexError } from '../../errors.js'
import { policyHash } from '../../policy/hash.js'
import { parsePolicy } from '../../policy/parse.js'
import { does, newCommand } from '../command.js'
import { DONE } from '../failure.js'
import { starterAccepted, starterCases, starterPolicy } from './starter.js'
import { writeNew } from './write-new.js'

export function newPolicyCommand(): Command {
  const command = newCommand(
    'new',
    'Write a small policy to start from, cases that try it, and what of its analysis is accepted.',
    {
      example: 'policy new anytown.json --id anytown',
      json: '{ policy: path, cases: path, accepted: path, id, policyHash }',
    },
  )
    .argument('<file>', 'the policy to write; the others go into files beside it. None of them may exist')
    .requiredOption('--id <id>', 'id of the policy: letters, digits, dots, hyphens and underscores')
  return does<{ id: string }>(command, async ({ out }, { id }, file = '') => {
    if (!/^[A-Za-z0-9._-]{1,64}$/.test(id)) {
      const reason = 'must be 1 to 64 letters, digits, dots, hyphens or underscores'
      throw new IndexError('ERR_REQUEST_INVALID', reason, { field: '--id' })
    }
    const policy = parsePolicy(starterPolicy(id))
    const hash = toHex(policyHash(policy))
    const stem = file.replace(/\.json$/, '')
    const cases = `${stem}.cases.json`
    const accepted = `${stem}.accepted.json`
    await writeAll([
      [file, policy],
      [cases, starterCases(`./${basename(file)}`)],
      [accepted, starterAccepted(hash)],
    ])
    out.result({ policy: file, cases, accepted, id, policyHash: hash }, [
      `Wrote ${file}, ${cases} and ${accepted}`,
      'Every number and code in it is an example. Change it, and see what the change does:',
      `  child-index policy test ${cases}`,
      `  child-index policy analyse ${file} --accepted ${accepted}`,
      `  child-index policy diff england-illustrative ${file}`,
    ])
    return DONE
  })
}

/** All of them or, where one cannot be written, none. */
async function writeAll(files: readonly (readonly [path: string, value: object])[]): Promise<void> {
  const written: string[] = []
  try {
    for (const [path, value] of files) {
      await writeNew(path, `${JSON.stringify(value, null, 2)}\n`, 'file')
      written.push(path)
    }
  } catch (error) {
    for (const path of written) await unlink(path)
    throw error
  }
}
