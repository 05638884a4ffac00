/** Two limits between which a ratio lies, 19 times out of 20 were the rates as they are. */
export interface RatioInterval {
  readonly low: number
  readonly high: number
}

const TAIL = 0.025
const STEPS = 60

/**
 * The ratio of two rates, `count` of `population` each, with its mid-P exact interval of 95 %: given the sum of both counts,
 * the first is binomial, and the limits are the ratios at which it would be as extreme with a probability of 1 in 40, half
 * of its own counted (Rothman, Greenland, Lash, Modern Epidemiology, 3rd ed., chapter 14).
 */
export function midPInterval(
  first: { readonly count: number; readonly population: number },
  second: { readonly count: number; readonly population: number },
): RatioInterval {
  const total = first.count + second.count
  const odds = second.population / first.population
  const ratioAt = (share: number): number => (share / (1 - share)) * odds
  return {
    low: first.count === 0 ? 0 : ratioAt(shareWhere((share) => upperTail(first.count, total, share) < TAIL)),
    high:
      second.count === 0
        ? Number.POSITIVE_INFINITY
        : ratioAt(shareWhere((share) => 1 - upperTail(first.count, total, share) >= TAIL)),
  }
}

/** The share at which what holds for smaller ones stops to hold. */
function shareWhere(holds: (share: number) => boolean): number {
  let [low, high] = [0, 1]
  for (let step = 0; step < STEPS; step += 1) {
    const middle = (low + high) / 2
    if (holds(middle)) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Probability of more than `count` of `total`, and half that of just as many. */
function upperTail(count: number, total: number, share: number): number {
  let sum = 0
  for (let k = count; k <= total; k += 1) sum += (k === count ? 0.5 : 1) * binomial(k, total, share)
  return sum
}

function binomial(k: number, total: number, share: number): number {
  const logs = logFactorial(total) - logFactorial(k) - logFactorial(total - k)
  return Math.exp(logs + k * Math.log(share) + (total - k) * Math.log1p(-share))
}

const LOGS: number[] = [0]

function logFactorial(n: number): number {
  for (let at = LOGS.length; at <= n; at += 1) LOGS.push((LOGS[at - 1] ?? 0) + Math.log(at))
  return LOGS[n] ?? 0
}
