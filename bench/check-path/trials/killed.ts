import { setTimeout as sleep } from 'node:timers/promises'
import { startApart } from '../checked.js'
import { type FedBatch, Feed, yearOfContacts } from '../feed.js'
import type { TrialSpec } from '../trial.js'
import { openOnce } from './memory.js'

const LIMIT_MS = 15_000

/** A hub's process is killed while it records; the next one must be there soon, and have everything that was receipted. */
export const REOPEN_AFTER_KILL: TrialSpec = {
  name: 'reopen-after-kill',
  measures:
    'milliseconds to open a hub with 1,000,000 checks whose process was killed (SIGKILL) while it recorded more, until it has answered and assessed a first check, beside the limit of 15 seconds',
  async run(setting) {
    const { sizes } = setting
    const mix = yearOfContacts(Date.now())
    const path = await setting.checkedHub()
    const values: number[] = []
    let receipted = 0
    for (let round = 0; round < sizes.rounds; round += 1) {
      const { station, agencies, turnTo } = await startApart(path, sizes.children, mix)
      const feed = new Feed({ mix, children: sizes.children, references: 'random', name: '' })
      const done: { readonly batch: FedBatch; readonly receipts: readonly string[] }[] = []
      let failure: unknown
      let isKilled = false
      const working = (async () => {
        for (;;) {
          const batch = feed.next(sizes.batch)
          done.push({ batch, receipts: await agencies.receipts(batch) })
        }
      })().catch((error: unknown) => {
        // Whoever was waiting when the process was killed gets no answer.
        if (!isKilled) failure = error
      })
      // Somewhere in the middle of something, every round at another place.
      while (done.length < 2 && failure === undefined) await sleep(5)
      await sleep(sizes.isQuick ? 5 : 300 + 137 * round)
      isKilled = true
      await station.kill()
      await working
      if (failure !== undefined) throw failure
      receipted += done.length * sizes.batch
      const { answeredMs } = await openOnce(path, setting, async (next) => {
        turnTo(next)
        for (const { batch, receipts } of done.slice(-2)) {
          const again = await agencies.receipts(batch)
          if (again.some((receipt, row) => receipt !== receipts[row]))
            throw new Error('a check with a receipt was lost')
        }
      })
      values.push(answeredMs)
    }
    const note = `${sizes.checked.toLocaleString('en-GB')} checks, until a first check is answered and assessed, beside the limit`
    return {
      measured: [
        { name: 'reopen-after-kill', unit: 'ms', better: 'less', bar: 1, values, baselines: [LIMIT_MS], note },
      ],
      facts: [
        ['times killed while it recorded', String(sizes.rounds)],
        ['checks receipted before that', String(receipted)],
        ['of those in the last two batches before each kill, lost', '0'],
      ],
    }
  },
}
