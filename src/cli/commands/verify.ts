import type { Command } from 'commander'
import { does, newCommand } from '../command.js'
import { DONE, REJECTED } from '../failure.js'
import { withHub } from '../hub.js'
import { startProgress } from '../progress.js'

export function verifyCommand(): Command {
  const command = newCommand(
    'verify',
    'Recompute the whole journal and compare it with a head that custodians cosign.',
    {
      example: 'verify --json > head.json',
      json: '{ verified, size, root, cosignedBy, byType: { type: entries }, findings: [{ ok, text, code?, position? }], notVerified, head }',
    },
  )
  return does(command, (context) =>
    withHub(context, async (hub) => {
      const progress = startProgress('verify', await hub.journal.size())
      const report = await hub.journal
        .verify({ signal: context.signal, onProgress: (done) => progress.update(done, done) })
        .finally(() => progress.stop())
      const head = await hub.journal.head()
      const { verified, size, root, cosignedBy, byType, findings, notVerified } = report
      context.out.result({ ...report, byType: Object.fromEntries(byType), head }, [
        verified ? `Verified: ${size} entries` : 'NOT VERIFIED: stop writing, and keep all files',
        `root  ${root}`,
        `cosigned by ${cosignedBy.map((name) => name.slice(name.lastIndexOf('/') + 1)).join(', ')}`,
        ...[...byType].map(([type, entries]) => `  ${String(entries).padStart(8)} ${type}`),
        ...findings.map(({ ok, text }) => `${ok ? 'ok ' : 'BAD'} ${text}`),
        ...notVerified.map((text) => `not looked at: ${text}`),
        'The head, to be kept outside this folder:',
        ...head.trimEnd().split('\n'),
      ])
      return verified ? DONE : REJECTED
    }),
  )
}
