import { describe, expect, test } from 'vitest'
import { defaultPolicy } from '../../src/policy/default.js'
import { parsePolicy } from '../../src/policy/parse.js'
import { requireSuccessor } from '../../src/policy/successor.js'
import { policyData } from './fixtures.js'

const before = parsePolicy(policyData())
const { indicators, incidents } = before

/** The field of the refusal, undefined where the policy may follow. */
function refused(parts: Readonly<Record<string, unknown>>, predecessor = before): string | undefined {
  try {
    requireSuccessor(predecessor, parsePolicy(policyData(parts)))
    return undefined
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_POLICY_INVALID' })
    return (error as { readonly field?: string }).field
  }
}

describe('a policy may follow another', () => {
  test('that it equals, or that has fewer codes, or weighs and retires them otherwise', () => {
    expect(refused({})).toBeUndefined()
    requireSuccessor(defaultPolicy(), defaultPolicy())
    const more = { ...indicators, 'NEW-1': { label: 'new', domain: 'd', dimension: 'd', severity: 1, points: 0 } }
    expect(refused({ indicators: more, incidents: { ...incidents, met: { label: 'met', points: 1 } } })).toBeUndefined()
    const weighed = Object.fromEntries(
      Object.entries(indicators).map(([code, each]) => [
        code,
        { ...each, severity: 1, points: 3, flags: [], retired: true },
      ]),
    )
    const retired = Object.fromEntries(
      Object.entries(incidents).map(([code, each]) => [
        code,
        { ...each, points: 9, agencyKinds: ['x'], retired: true },
      ]),
    )
    expect(refused({ indicators: weighed, incidents: retired })).toBeUndefined()
  })
})

describe('a policy may not follow one', () => {
  const [[code = '', indicator] = []] = Object.entries(indicators)
  const change = (part: object) => refused({ indicators: { ...indicators, [code]: { ...indicator, ...part } } })
  test.each(['label', 'domain', 'dimension', 'outcome'])('whose codes have another %s', (field) => {
    expect(change({ [field]: 'other' })).toBe(`indicators.${code}.${field}`)
  })

  test('one of whose codes it drops, whatever the code is called', () => {
    const odd = ['constructor', 'toString', 'hasOwnProperty']
    for (const name of odd) {
      const predecessor = parsePolicy(policyData({ incidents: { ...incidents, [name]: { label: 'odd', points: 0 } } }))
      expect(refused({}, predecessor)).toBe(`incidents.${name}`)
      const other = { label: 'odd', domain: 'd', dimension: 'd', severity: 1, points: 0 }
      expect(refused({}, parsePolicy(policyData({ indicators: { ...indicators, [name]: other } })))).toBe(
        `indicators.${name}`,
      )
    }
  })

  test('whose incidents have another label', () => {
    const [[incident = '', meaning] = []] = Object.entries(incidents)
    expect(refused({ incidents: { ...incidents, [incident]: { ...meaning, label: 'other' } } })).toBe(
      `incidents.${incident}.label`,
    )
  })
})
