import fc from 'fast-check'
import { toHex } from '../../../bytes.js'
import { isIndexError } from '../../../errors.js'
import type { Example } from '../../../policy/example.js'
import type { Policy } from '../../../policy/policy.js'
import { type Law, LawBroken, law, type Subject } from '../law.js'
import { keysReversed } from './order.js'

const PARTS = ['printed', 'reordered', 'number', 'field'] as const

interface Edit extends Example {
  readonly part: (typeof PARTS)[number]
  readonly place: number
}

/** The law about a policy as a document; it needs no history. */
export const documentLaw: Law = law({
  id: 'T18',
  title: 'Printed and parsed a policy is the same; its hash names every word of it; unknown fields are refused',
  rationale: 'Two people who compare a hash must be sure that they mean the same thresholds.',
  trials: () =>
    fc.tuple(fc.constantFrom(...PARTS), fc.nat(99_999)).map(
      ([part, place]): Edit => ({
        checks: [],
        asOf: 0,
        part,
        place,
      }),
    ),
  holds(subject, { part, place }) {
    const complaint = COMPLAINTS[part](subject, place)
    if (complaint !== undefined) throw new LawBroken(complaint, [])
  },
})

const COMPLAINTS: Readonly<Record<Edit['part'], (subject: Subject, place: number) => string | undefined>> = {
  printed(subject) {
    const again = subject.parsePolicy(JSON.stringify(subject.policy, null, 2))
    return hashOf(subject, again) === hashOf(subject) ? undefined : 'printed and parsed, the hash is another'
  },
  reordered(subject) {
    const again = subject.parsePolicy(keysReversed(subject.policy))
    return hashOf(subject, again) === hashOf(subject) ? undefined : 'with fields in another order, the hash is another'
  },
  number(subject, place) {
    const at = place % countOf(subject.policy, isNumber)
    const changed = edited(subject.policy, isNumber, at, (value) => Number(value) + 1) as Policy
    return hashOf(subject, changed) === hashOf(subject) ? 'with another number, the hash is the same' : undefined
  },
  field(subject, place) {
    const at = place % countOf(subject.policy, isObject)
    const longer = edited(subject.policy, isObject, at, (value) => ({ ...Object(value), 'unknown-field': true }))
    return accepts(subject, longer) ? 'an unknown field is accepted' : undefined
  },
}

function hashOf({ policy, policyHash }: Subject, other: Policy = policy): string {
  return toHex(policyHash(other))
}

function accepts({ parsePolicy }: Subject, document: unknown): boolean {
  try {
    parsePolicy(document)
    return true
  } catch (error) {
    if (isIndexError(error, 'ERR_POLICY_INVALID')) return false
    throw error
  }
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number'
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function countOf(document: unknown, wanted: (value: unknown) => boolean): number {
  let count = 0
  JSON.stringify(document, (_, value) => {
    if (wanted(value)) count += 1
    return value
  })
  return count
}

/** A copy of a document with one of the values of a sort changed, counted from 0. */
function edited(
  document: unknown,
  wanted: (value: unknown) => boolean,
  place: number,
  change: (value: unknown) => unknown,
): unknown {
  let left = place
  const copy = (value: unknown): unknown => {
    const isChosen = wanted(value) && left-- === 0
    const members = Array.isArray(value)
      ? value.map(copy)
      : isObject(value)
        ? membersCopied(value as object, copy)
        : value
    return isChosen ? change(members) : members
  }
  return copy(document)
}

function membersCopied(value: object, copy: (value: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copy(member)]))
}
