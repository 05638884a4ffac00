import { COMMON } from '../common.js'

const { yearMs, halfYearMs, decay, review, childInNeed, childProtection } = COMMON

const current = (field: string): object => ({ var: `current.${field}` })

/** A fold over the list that is the data itself: json-logic-js has no way out of a fold to the data around it. */
const sum = (added: object): object => ({ reduce: [{ var: '' }, { '+': [{ var: 'accumulator' }, added] }, 0] })

const count = (severity: number, withinMs: number): object =>
  sum({ if: [{ and: [{ '>=': [current('severity'), severity] }, { '<': [current('age'), withinMs] }] }, 1, 0] })

const [young, older, oldest] = decay
const weighed = (permille: number): object => ({ '/': [{ '*': [current('points'), permille] }, 1000] })
const points = sum({
  if: [
    { '<': [current('age'), young.belowMs] },
    current('points'),
    { '<': [current('age'), older.belowMs] },
    weighed(older.permille),
    { '<': [current('age'), oldest.belowMs] },
    weighed(oldest.permille),
    0,
  ],
})

/** The common policy in JSON Logic; `measure` says how a figure is come by. Highest level first: the rest is skipped. */
function levels(measure: (name: 'needs' | 'serious' | 'acute' | 'points') => object): object {
  const atLeast = (name: 'needs' | 'serious' | 'acute' | 'points', value: number): object => ({
    '>=': [measure(name), value],
  })
  return {
    if: [
      { and: [atLeast('acute', childProtection.acute), atLeast('points', childProtection.points)] },
      3,
      { or: [atLeast('points', childInNeed.points), atLeast('serious', childInNeed.serious)] },
      2,
      { or: [atLeast('needs', review.needs), atLeast('points', review.points)] },
      1,
      0,
    ],
  }
}

/** On a list of checks as seen at one instant. */
export const foldLogic: object = levels(
  (name) => ({ needs: count(2, yearMs), serious: count(3, halfYearMs), acute: count(4, yearMs), points })[name],
)

/** On aggregated facts. */
export const factsLogic: object = levels((name) => ({ var: name }))
