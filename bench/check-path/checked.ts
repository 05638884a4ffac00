import type { Sizes } from './trial.js'

export async function checkedHub(_sizes: Sizes): Promise<string> {
  throw new Error('not yet')
}
