import { z } from 'zod'
import published from '../../../docs/benchmarks.json' with { type: 'json' }
import type { Figure } from './trials.js'

/** A figure of this machine beside the published one of the same name; both absent where nothing was published. */
export interface Compared extends Figure {
  readonly baseline: number | undefined
  /** `value ÷ baseline`. */
  readonly ratio: number | undefined
}

const results = z.object({
  trials: z.array(z.object({ name: z.string(), value: z.number(), unit: z.string() })),
})

/** @param file what `docs/benchmarks.json` holds: the results of `npm run bench` on the machine that it names */
export function compared(figures: readonly Figure[], file: unknown = published): readonly Compared[] {
  const { trials } = results.parse(file)
  return figures.map((figure) => {
    const baseline = trials.find(({ name, unit }) => name === figure.name && unit === figure.unit)?.value
    return { ...figure, baseline, ratio: baseline === undefined ? undefined : figure.value / baseline }
  })
}
