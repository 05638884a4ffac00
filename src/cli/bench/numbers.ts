import { manyNhsNumbers } from '../../testing/population/numbers.js'

/**
 * NHS numbers of the children of a prepared hub, by their place: valid, all different, of the ranges that are issued to
 * nobody, and the same in every run. No two that follow each other are neighbours.
 */
export function numbersOf(children: number): readonly string[] {
  const numbers: string[] = []
  for (const number of manyNhsNumbers(0)) {
    if (numbers.length === children) return numbers
    numbers.push(number)
  }
  return numbers
}
