import { unlink } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Command } from 'commander'
import { toHex } from '../../bytes.js'
import { IndexError } from '../../errors.js'
import { policyHash } from '../../policy/hash.js'
import { parsePolicy } from '../../policy/parse.js'
import { does, newCommand } from '../command.js'
import { DONE } from '../failure.js'
import { starterCases, starterPolicy } from './starter.js'
import { writeNew } from './write-new.js'

export function newPolicyCommand(): Command {
  const command = newCommand('new', 'Write a small policy to start from, and cases that try it.', {
    example: 'policy new anytown.json --id anytown',
    json: '{ policy: path, cases: path, id, policyHash }',
  })
    .argument('<file>', 'the policy to write; its cases go into a file beside it. Neither may exist')
    .requiredOption('--id <id>', 'id of the policy: letters, digits, dots, hyphens and underscores')
  return does<{ id: string }>(command, async ({ out }, { id }, file = '') => {
    if (!/^[A-Za-z0-9._-]{1,64}$/.test(id)) {
      const reason = 'must be 1 to 64 letters, digits, dots, hyphens or underscores'
      throw new IndexError('ERR_REQUEST_INVALID', reason, { field: '--id' })
    }
    const policy = parsePolicy(starterPolicy(id))
    const cases = `${file.replace(/\.json$/, '')}.cases.json`
    await writeNew(cases, textOf(starterCases(`./${basename(file)}`)), 'file')
    await writeNew(file, textOf(policy), 'file').catch(async (error: unknown) => {
      await unlink(cases)
      throw error
    })
    const hash = toHex(policyHash(policy))
    out.result({ policy: file, cases, id, policyHash: hash }, [
      `Wrote ${file} and ${cases}`,
      'Every number and code in it is an example. Change it, and see what the change does:',
      `  child-index policy test ${cases}`,
      `  child-index policy analyse ${file}`,
      `  child-index policy diff england-illustrative ${file}`,
    ])
    return DONE
  })
}

function textOf(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
