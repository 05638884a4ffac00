import type { Decider } from './decide.js'

export interface Budget {
  readonly warmUpMs: number
  readonly measureMs: number
}

/**
 * Decisions a second over inputs whose ranks are known, after a warm-up. Every pass adds its ranks up, and a wrong sum
 * throws: nothing that was timed can have been left out.
 */
export async function decisionsPerSecond<Input>(
  decider: Decider<Input>,
  inputs: readonly Input[],
  ranks: readonly number[],
  { warmUpMs, measureMs }: Budget,
): Promise<number> {
  const expected = ranks.reduce((sum, rank) => sum + rank, 0)
  const pass = decider.kind === 'sync' ? () => sumOf(decider.rank, inputs) : () => sumInFlight(decider, inputs)
  const time = async (forMs: number): Promise<number> => {
    let passes = 0
    const start = performance.now()
    let elapsed = 0
    do {
      // Only an asynchronous engine pays for waiting.
      const given = pass()
      const sum = typeof given === 'number' ? given : await given
      if (sum !== expected) throw new Error(`${decider.name} decides otherwise than it did`)
      passes += 1
      elapsed = performance.now() - start
    } while (elapsed < forMs)
    return (passes * inputs.length) / (elapsed / 1000)
  }
  await time(warmUpMs)
  return time(measureMs)
}

/** The ranks that a decider gives, one input after the other. */
export async function ranksBy<Input>(decider: Decider<Input>, inputs: readonly Input[]): Promise<number[]> {
  const ranks: number[] = []
  for (const input of inputs) ranks.push(await decider.rank(input))
  return ranks
}

function sumOf<Input>(rank: (input: Input) => number, inputs: readonly Input[]): number {
  let sum = 0
  for (const input of inputs) sum += rank(input)
  return sum
}

async function sumInFlight<Input>(
  { rank, inFlight }: Extract<Decider<Input>, { kind: 'async' }>,
  inputs: readonly Input[],
): Promise<number> {
  let sum = 0
  let next = 0
  const worker = async (): Promise<void> => {
    for (let input = inputs[next++]; input !== undefined; input = inputs[next++]) {
      const found = await rank(input)
      sum += found
    }
  }
  await Promise.all(Array.from({ length: Math.min(inFlight, inputs.length) }, worker))
  return sum
}
