import { type Description, type Field, nameOf, type Question } from './keys.js'
import { type Evidence, withoutIdleExchange } from './matching.js'

/**
 * What a question and a child have in common, from their keys in plain, by reading. The hub works it out from tokens, and never has the child's
 * keys; this is what its answer is held to, and what a matching can be tried with.
 */
export function compared(question: Question, child: Description): readonly Evidence[] {
  const index = new Set(child.index.map(nameOf))
  const marks = new Set(child.marks.map(nameOf))
  const readings = question.asked.map((reading, i) => ({
    isExchanged: i > 0,
    fields: new Set(
      reading.index.filter((key) => index.has(nameOf(key))).flatMap((key): readonly Field[] => key.fields),
    ),
    meanings: new Set(reading.marks.filter((key) => marks.has(nameOf(key))).map(({ meaning }) => meaning)),
    question: question.own.traits,
    child: child.traits,
  }))
  return withoutIdleExchange(readings)
}
