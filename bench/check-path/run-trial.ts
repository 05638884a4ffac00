import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { baseFolder } from '../apart.js'
import { checkedHub } from './checked.js'
import { copied, copiedFile, preparedBare, preparedHub } from './stores.js'
import type { Setting, Sizes, TrialResult, TrialSpec } from './trial.js'

/** Runs a trial here, in a folder of its own, which is gone afterwards. */
export async function runTrial(trial: TrialSpec, sizes: Sizes): Promise<TrialResult> {
  const folder = mkdtempSync(join(baseFolder(), 'bench-'))
  let copies = 0
  const next = (what: string): string => {
    copies += 1
    return join(folder, `${what}-${copies}`)
  }
  const setting: Setting = {
    sizes,
    folder,
    hubOf: (children) => copied(preparedHub(children), next('hub')),
    checkedHub: async () => copied(await checkedHub(sizes), next('hub')),
    bareOf: (children) => copiedFile(preparedBare(children), next('bare.sqlite')),
    say: (text) => process.stderr.write(`  ${text}\n`),
  }
  try {
    return await trial.run(setting)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
