import type { Command } from 'commander'
import { IndexError } from '../../errors.js'
import type { Adoption } from '../../hub.js'
import { when } from '../../page/words.js'
import { parsePolicy } from '../../policy/parse.js'
import { does, newCommand } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { smallText } from '../mapping.js'
import { SUPERSEDE } from '../outcome.js'

const POLICY_BYTES_MAX = 1024 * 1024

/** `policy adopt FILE`: the policy that decides from now on, or from an instant on. */
export function adoptPolicyCommand(): Command {
  const command = newCommand(
    'adopt',
    'Make a policy the one that decides. Every child is assessed anew under it: cases can rise, and none falls.',
    {
      example: 'policy adopt thresholds-2027.json --from 2027-04-01',
      json: '{ outcome: adopted | proposed | unchanged, id, version, hash, from, raised, levelChanged }',
    },
  )
    .argument('<file>', 'policy as JSON; it keeps every code of the policy before')
    .option('--from <instant>', 'YYYY-MM-DD, or YYYY-MM-DDTHH:MMZ, in UTC (default: now)')
    .option('--supersede', SUPERSEDE)
  return does<{ from?: string; supersede?: boolean }>(command, async (context, options, file = '') => {
    const from = options.from === undefined ? undefined : instantFrom(options.from)
    const policy = parsePolicy(await smallText(file, POLICY_BYTES_MAX, 'the policy file'))
    return withHub(context, async (hub) => {
      const counts = { raised: 0, 'level-changed': 0 }
      hub.onCase(({ event }) => {
        counts[event] += 1
      })
      const adoption = await hub.adoptPolicy(policy, { from, supersede: options.supersede })
      await hub.caughtUp({ signal: context.signal })
      const { raised, 'level-changed': levelChanged } = counts
      const { id, version } = policy
      context.out.result({ id, version, ...adoption, raised, levelChanged }, [
        `${SAID[adoption.outcome]}: ${id} ${version}, ${adoption.hash}`,
        `decides from ${when(adoption.from)}`,
        `${raised} cases raised, ${levelChanged} raised to a higher level`,
      ])
      return DONE
    })
  })
}

const SAID: Readonly<Record<Adoption['outcome'], string>> = {
  adopted: 'Adopted',
  proposed: 'Proposed, and waits for its activation',
  unchanged: 'Nothing to do, it was adopted before',
}

function instantFrom(text: string): number {
  const form = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)Z)?$/.exec(text)
  const normal = `${form?.[1]}T${form?.[2] ?? '00:00'}`
  const at = form === null ? Number.NaN : Date.parse(`${normal}Z`)
  // A day that there is not, such as 30 February, would be read as another one.
  if (Number.isNaN(at) || !new Date(at).toISOString().startsWith(normal)) {
    throw new IndexError('ERR_REQUEST_INVALID', 'must be a day, or a day and a time in UTC', { field: '--from' })
  }
  return at
}
