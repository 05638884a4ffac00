import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { describeLaws } from '../../src/testing/policy/describe-laws.js'
import { laws } from '../../src/testing/policy/laws.js'
import { policyWith } from '../policy/fixtures.js'
import { MISTAKES, TRIED } from './broken.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const loader = pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href
const counting = policyWith({ count: { atLeast: 1, withinDays: 3 } })

// Under vitest, as a user of vitest would write it.
describeLaws(TRIED, { describe, test }, { runs: 20 })
describeLaws(counting, { describe, test }, { runs: 20, only: ['T4', 'T6', 'T12'] })

interface Registered {
  readonly name: string
  readonly body: () => void
}

function registered(...[policy, options]: [Parameters<typeof describeLaws>[0], Parameters<typeof describeLaws>[2]?]): {
  readonly suites: readonly string[]
  readonly tests: readonly Registered[]
} {
  const [suites, tests]: [string[], Registered[]] = [[], []]
  const runner = {
    describe: (name: string, body: () => void) => {
      suites.push(name)
      body()
    },
    test: (name: string, body: () => void) => {
      tests.push({ name, body })
    },
  }
  describeLaws(policy, runner, options)
  return { suites, tests }
}

describe('describeLaws', () => {
  test('registers one test for each law, in one suite', () => {
    const { suites, tests } = registered(TRIED)
    expect(suites).toEqual(['laws of tried 1'])
    expect(tests.map(({ name }) => name)).toEqual(laws.map(({ id, title }) => `${id} ${title}`))
    expect(registered(TRIED, { only: ['T4', 'T9'] }).tests).toHaveLength(2)
  })

  test('says of a law that does not apply why not, and lets it pass', () => {
    const [only] = registered(counting, { only: ['T6'] }).tests
    expect(only!.name).toContain('(does not apply: the policy sets no cap on the points of one agency)')
    expect(only!.body).not.toThrow()
  })

  test('fails with rationale, reason, seed, path and a case to keep', () => {
    const [only] = registered(TRIED, { ...MISTAKES.T11.broken(), only: ['T11'], seed: 4 }).tests
    const said = messageOf(only!.body)
    expect(said).toContain(laws[10]!.rationale)
    expect(said).toMatch(/Found: the level is \w+; without them it is \w+/)
    expect(said).toMatch(/Again: seed 4, path \d/)
    const [, name] = /"name": "(T11: [^"]+)"/.exec(said) ?? []
    expect(name).toBe(`T11: ${laws[10]!.title}`)
    expect(said).not.toContain('variant')
    const [capped] = registered(TRIED, { ...MISTAKES.T6.broken(), only: ['T6'], seed: 4, runs: 400 }).tests
    expect(messageOf(capped!.body)).toContain('under this variant of the policy: {"id":"tried"')
  })

  test('runs under node:test', () => {
    const folder = mkdtempSync(join(tmpdir(), 'child-index-laws-'))
    try {
      const file = join(folder, 'laws.test.mjs')
      const source = (path: string): string => JSON.stringify(pathToFileURL(join(root, path)).href)
      writeFileSync(
        file,
        `import { describe, test } from 'node:test'
         const { describeLaws } = await import(${source('src/testing/policy/describe-laws.ts')})
         const { MISTAKES, TRIED } = await import(${source('tests/testing/broken.ts')})
         describeLaws(TRIED, { describe, test }, { runs: 100, seed: 1, ...MISTAKES.T11.broken() })`,
      )
      const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env
      const run = spawnSync(process.execPath, ['--import', loader, '--test-reporter', 'tap', '--test', file], {
        cwd: root,
        encoding: 'utf8',
        env,
      })
      expect(run.status).toBe(1)
      expect(run.stdout).toContain('ok 1 - T1 The same checks give the same verdict, to the byte')
      expect(run.stdout).toContain('not ok 11 - T11 A withdrawn check')
      expect(run.stdout).toMatch(/# tests 21\b/)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe('fast-check', () => {
  const dist = join(root, 'dist')

  test('is loaded by the testing door alone', () => {
    expect(existsSync(dist), 'run npm run build first').toBe(true)
    const files = readdirSync(dist).filter((name) => name.endsWith('.js'))
    const text = (name: string): string => readFileSync(join(dist, name), 'utf8')
    expect(files.filter((name) => /(from|import) ?\(?"fast-check"/.test(text(name)))).toEqual(['testing.js'])
    expect(files.filter((name) => text(name).includes('"./testing.js"'))).toEqual([])
  })

  // What is not there cannot be imported: every door but one loads, and the command line runs.
  const absent = `data:text/javascript,${encodeURIComponent(`
    import { register } from 'node:module'
    register('data:text/javascript,' + encodeURIComponent(\`
      export async function resolve(name, context, next) {
        if (name === 'fast-check') throw new Error('fast-check is not installed')
        return next(name, context)
      }\`))`)}`
  const without = (...args: string[]): string =>
    execFileSync(process.execPath, ['--import', absent, ...args], { cwd: root, encoding: 'utf8', stdio: 'pipe' })
  const importing = (door: string): string => without('--input-type=module', '--eval', `await import('${door}')`)

  test.each(['child-index', 'child-index/agency', 'child-index/custodian', 'child-index/verify', 'child-index/sqlite'])(
    'is not needed by %s',
    (door) => {
      expect(importing(door)).toBe('')
    },
  )

  test('is not needed by the command line, and needed by the testing door', () => {
    expect(without(join(dist, 'cli.js'), '--help')).toContain('Usage: child-index')
    expect(() => importing('child-index/testing')).toThrow('fast-check is not installed')
  })
})

function messageOf(body: () => void): string {
  try {
    body()
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
  return ''
}
