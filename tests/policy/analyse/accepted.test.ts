import { expect, test } from 'vitest'
import { parseAccepted, unaccepted } from '../../../src/policy/analyse/accepted.js'
import { analyse } from '../../../src/policy/analyse/analyse.js'
import { policyWith } from '../fixtures.js'

const policyHash = 'a'.repeat(64)
const one = { id: 'SA-3/raised/low-severity', reason: 'meant' }

function refusal(value: unknown): unknown {
  try {
    parseAccepted(typeof value === 'string' ? value : JSON.stringify(value))
  } catch (error) {
    return error
  }
  return undefined
}

test('a file of accepted findings is read', () => {
  expect(parseAccepted(JSON.stringify({ policyHash, accepted: [one] }))).toEqual({ policyHash, accepted: [one] })
})

test('anything else is refused, with the field', () => {
  const code = 'ERR_FILE_INVALID'
  expect(refusal('{')).toMatchObject({ code })
  expect(refusal(`"${'x'.repeat(1_048_576)}"`)).toMatchObject({ code })
  expect(refusal({ policyHash: 'A'.repeat(64), accepted: [] })).toMatchObject({ code, field: 'policyHash' })
  expect(refusal({ policyHash, accepted: [one, { ...one, reason: '' }] })).toMatchObject({
    code,
    field: 'accepted[1].reason',
  })
  expect(refusal({ policyHash, accepted: [{ ...one, id: 7 }] })).toMatchObject({ code, field: 'accepted[0].id' })
  expect(refusal({ policyHash, accepted: [], more: 1 })).toMatchObject({ code })
  expect(refusal({ policyHash, accepted: [one, one] })).toMatchObject({ code, field: 'accepted[1].id' })
})

test('what was accepted for another policy is not accepted', () => {
  const analysis = analyse(policyWith({ count: { atLeast: 1, withinDays: 5 } }))
  const rest = analysis.findings.map(({ id }) => id).filter((id) => id !== one.id)
  expect(rest.length).toBe(analysis.findings.length - 1)
  const accepted = (hash: string): readonly string[] =>
    unaccepted(analysis, { policyHash: hash, accepted: [one] }).map(({ id }) => id)
  expect(accepted(analysis.policyHash)).toEqual(rest)
  expect(accepted(policyHash)).toHaveLength(analysis.findings.length)
})
