import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/bytes.js'
import { assess } from '../../src/policy/assess.js'
import { compilePolicy } from '../../src/policy/compiled/compile.js'
import { policyHash } from '../../src/policy/hash.js'
import { policyNamed } from '../../src/policy/named.js'
import { parsePolicy } from '../../src/policy/parse.js'
import { DISTINCT, isAtom, levelRank, membersOf, type Policy, type Rule } from '../../src/policy/policy.js'
import { referenceAssess } from '../../src/policy/reference/assess.js'
import { policyAtomsOf } from '../../src/testing/policy/edges.js'
import { type GoldenVector, goldenVectors } from '../../src/testing/policy/golden.js'
import { naiveAssess } from '../policy/naive.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const SHIPPED = goldenVectors.filter(({ policy }) => typeof policy === 'string')

function policyOf({ policy }: GoldenVector): Policy {
  return typeof policy === 'string' ? policyNamed(policy) : parsePolicy(policy)
}

describe('golden vectors', () => {
  test.each(goldenVectors.map((vector) => [vector.name, vector] as const))('%s', (_, vector) => {
    const { checks, asOf, closedAt, expected } = vector
    const policy = policyOf(vector)
    const options = closedAt === undefined ? {} : { closedAt }
    expect(toHex(policyHash(policy)), 'the policy is another').toBe(vector.policyHash)
    expect(naiveAssess(policy, checks, asOf, closedAt), 'the naive reading').toBe(expected.level)
    const { level, at } = assess(policy, checks, asOf, options)
    expect({ level, at }, 'assess').toEqual({ at: undefined, ...expected })
    expect(referenceAssess(policy, checks, asOf, options), 'the reference').toEqual({ level, at })
    const rank = levelRank(policy, level)
    expect(compilePolicy(policy).rank(checks, asOf, closedAt), 'compiled').toBe(rank)
    const child = compilePolicy(policy).track(options)
    for (const check of checks) child.add(check)
    expect(child.rank(asOf), 'tracked').toBe(rank)
  })

  test('have names of their own, and show every sort of atom, connective, filter and cap, holding and not', () => {
    expect(new Set(goldenVectors.map(({ name }) => name)).size).toBe(goldenVectors.length)
    const shown = new Set<string>()
    for (const vector of goldenVectors) {
      const policy = policyOf(vector)
      const outcome = vector.expected.level === 'none' ? 'not reached' : 'reached'
      for (const atom of policyAtomsOf(policy))
        shown.add(`${'distinct' in atom ? atom.distinct.of : Object.keys(atom)[0]} ${outcome}`)
      for (const { reachedWhen } of policy.levels) for (const field of fieldsOf(reachedWhen)) shown.add(field)
      for (const cap of Object.keys(policy.caps ?? {})) shown.add(`${cap} ${outcome}`)
      for (const field of ['decay', 'closedAt'].filter((field) => field in policy || field in vector))
        shown.add(`${field} ${outcome}`)
    }
    const both = [
      'count',
      'points',
      ...DISTINCT,
      'perAgencyIndicator',
      'perAgency',
      'perDimension',
      'decay',
      'closedAt',
    ]
    for (const one of both) expect([...shown]).toEqual(expect.arrayContaining([`${one} reached`, `${one} not reached`]))
    expect([...shown]).toEqual(expect.arrayContaining(['all', 'any', 'of']))
  })

  test('are frozen', () => {
    // Of those with their policy beside them. The shipped policy may come out in a new version, with vectors of its own.
    const own = goldenVectors.filter((vector) => !SHIPPED.includes(vector))
    const hash = createHash('sha256').update(JSON.stringify(own)).digest('hex')
    expect([own.length, hash]).toEqual([93, 'f2b547f5715d5f72c238fce84446f212e92d5ff843d2e0e13e413b6cfe5a826c'])
    expect(SHIPPED.length).toBeGreaterThanOrEqual(9)
  })

  test('come out the same in another process', () => {
    const loader = pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href
    const program = `
      const { goldenVectors } = await import('./src/testing/policy/golden.ts')
      const { assess } = await import('./src/policy/assess.ts')
      const { parsePolicy } = await import('./src/policy/parse.ts')
      const found = goldenVectors.filter(({ policy }) => typeof policy !== 'string').map((one) =>
        assess(parsePolicy(one.policy), one.checks, one.asOf, one.closedAt === undefined ? {} : { closedAt: one.closedAt }))
      process.stdout.write(JSON.stringify(found))`
    const printed = execFileSync(process.execPath, ['--import', loader, '--input-type=module', '--eval', program], {
      cwd: root,
      encoding: 'utf8',
    })
    const here = goldenVectors
      .filter((vector) => !SHIPPED.includes(vector))
      .map((vector) => {
        const { checks, asOf, closedAt } = vector
        return assess(policyOf(vector), checks, asOf, closedAt === undefined ? {} : { closedAt })
      })
    expect(printed).toBe(JSON.stringify(here))
  })
})

function fieldsOf(rule: Rule): readonly string[] {
  if (isAtom(rule)) return []
  const { rules, field } = membersOf(rule)
  return [field, ...rules.flatMap(fieldsOf)]
}
