import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'

/**
 * What must never slip, because a slip would cost privacy, durability or the order of the house. Each message names
 * the replacement. Lengths are printed and never fail.
 */

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

// INVARIANT: an import goes to the same room or to a lower floor. Rooms of one floor do not know each other, except on
// the ground and among the stories. `outside` is what wires the house or faces its users; nothing inside imports it.
const FLOORS: readonly (readonly [name: string, rooms: readonly string[]])[] = [
  ['ground', ['bytes', 'hash', 'errors', 'json', 'door', 'signature', 'port', 'system', 'page']],
  ['facts', ['child', 'journal', 'roster']],
  ['checks', ['check']],
  ['rules', ['policy', 'disclosure', 'seal']],
  ['cases', ['case']],
  [
    'stories',
    ['hub', 'agency', 'officer', 'sealer', 'custodian', 'party', 'key-file', 'founding', 'verify', 'witness'],
  ],
  ['outside', ['index', 'sqlite', 'transport', 'embedded', 'cli', 'testing']],
]
const PORT = 'src/store/port.ts'
const WIRES_DEFAULTS = /^src\/(system\.ts|embedded\.ts|embedded\/|cli\/|testing\.ts|testing\/)/
const USES_NODE = /^src\/(transport\.ts|transport\/|embedded\.ts|embedded\/|cli\/|testing\.ts|testing\/|store\/sqlite)/

interface Source {
  readonly path: string
  readonly tree: ts.SourceFile
}

interface Import {
  readonly from: string
  readonly typeOnly: boolean
  readonly dynamic: boolean
  readonly line: number
}

const sources = read('src')
const byPath = new Map(sources.map((source) => [source.path, source]))

describe('imports', () => {
  test('every file has a floor', () => {
    const lost = sources.filter(({ path }) => place(path) === undefined).map(({ path }) => path)
    expect(lost, 'give the file a room of DESIGN section 4, or add its room to FLOORS here').toEqual([])
  })

  test('point inward', () => {
    expect(sources.flatMap(arrows)).toEqual([])
  })

  test('reach Node only where the house meets the machine', () => {
    const wrong = sources
      .filter(({ path }) => !USES_NODE.test(path))
      .flatMap((source) =>
        importsOf(source)
          .filter(({ from }) => isBuiltin(from) && from !== 'node:crypto')
          .map(({ from, line }) => `${source.path}:${line} imports ${from}: take what it gives as an argument`),
      )
    expect(wrong).toEqual([])
  })

  test('load the native addon in one place', () => {
    const wrong = sources
      .filter(({ path }) => !path.startsWith('src/store/sqlite'))
      .flatMap((source) =>
        importsOf(source)
          .filter(({ from, typeOnly }) => from === 'better-sqlite3' && !typeOnly)
          .map(
            ({ line }) => `${source.path}:${line} imports better-sqlite3: use openSqliteStore of src/store/sqlite.ts`,
          ),
      )
    expect(wrong).toEqual([])
  })

  test.each(['src/index.ts', 'src/agency.ts', 'src/custodian.ts', 'src/policy.ts', 'src/verify.ts', 'src/witness.ts'])(
    '%s reaches no addon',
    (door) => {
      expect(byPath.has(door), `${door} is missing`).toBe(true)
      const reached = reachable(door)
      expect(reached, `${door}: import store/sqlite with await import(...), or only its types`).not.toContain(
        'better-sqlite3',
      )
      expect([...reached].filter((path) => path.startsWith('src/store/sqlite'))).toEqual([])
    },
  )

  test('the verifier knows no store', () => {
    const stores = [...reachable('src/verify.ts')].filter((path) => path.startsWith('src/store/'))
    expect(stores, 'src/verify.ts: recompute from bytes that the caller hands in').toEqual([])
  })
})

describe('calls', () => {
  test('take time, randomness and settings as arguments', () => {
    const wrong = sources
      .filter(({ path }) => !WIRES_DEFAULTS.test(path))
      .flatMap((source) => findings(source, bannedCall))
    expect(wrong).toEqual([])
  })

  test('print only from the command line', () => {
    const wrong = sources
      .filter(({ path }) => !path.startsWith('src/cli/'))
      .flatMap((source) =>
        findings(source, (node) =>
          ts.isPropertyAccessExpression(node) && node.expression.getText() === 'console'
            ? 'console: return a value, throw an IndexError or call the observer that was handed in'
            : undefined,
        ),
      )
    expect(wrong).toEqual([])
  })

  test('say what they take: no any', () => {
    const wrong = [...sources, ...read('tests'), ...read('examples'), ...read('bench')].flatMap((source) =>
      findings(source, (node) =>
        node.kind === ts.SyntaxKind.AnyKeyword ? 'any: use unknown and parse it, or the real type' : undefined,
      ),
    )
    expect(wrong).toEqual([])
  })

  test('leave no test out', () => {
    const wrong = read('tests').flatMap((source) =>
      findings(source, (node) => {
        if (!ts.isPropertyAccessExpression(node) || !/^(only|skip|todo|fails)$/.test(node.name.text)) return undefined
        return /^(test|it|describe|suite)\b/.test(node.expression.getText())
          ? `.${node.name.text}: run the whole suite; skipIf with a reason where something outside the project is missing`
          : undefined
      }),
    )
    expect(wrong).toEqual([])
  })
})

test.each([
  ['src/child/a.ts', `import { x } from '../case/b.js'`, 'imports src/case/b.ts: move what both need down'],
  ['src/child/a.ts', `import type { X } from '../journal/b.js'`, 'imports src/journal/b.ts: move what both need down'],
  ['src/case/a.ts', `await import('../cli/main.js')`, 'imports src/cli/main.ts: move what both need down'],
  ['src/hub.ts', `import { x } from './store/memory.js'`, 'imports src/store/memory.ts: be handed the store'],
  ['src/journal/a.ts', `import { x } from '../store/port.js'`, 'take the types of the port only'],
  ['src/store/memory.ts', `import { x } from '../case/b.js'`, 'a store knows its port'],
  ['src/case/a.ts', `import { x } from '../child/b.js'\nimport type { Y } from '../store/port.js'`, undefined],
  ['src/cli/a.ts', `import { x } from '../store/sqlite.js'`, undefined],
])('the map is applied: %s, %s', (path, text, complaint) => {
  const [found] = arrows(sourceOf(path, text))
  if (complaint === undefined) expect(found).toBeUndefined()
  else expect(found).toContain(complaint)
})

test.each(['Date.now()', 'new Date()', 'new Date', 'Date()', 'Math.random()', 'process.env.X', 'crypto.randomUUID()'])(
  'the ban is applied: %s',
  (text) => {
    expect(findings(sourceOf('src/child/a.ts', text), bannedCall)).toHaveLength(1)
    expect(findings(sourceOf('src/child/a.ts', `'${text}'; new Date(0)`), bannedCall)).toEqual([])
  },
)

test('lengths are reported', () => {
  const long = [...sources, ...read('tests')].flatMap((source) => {
    const lines = source.tree.getLineStarts().length
    const longFunctions = findings(source, (node) => {
      if (!ts.isFunctionDeclaration(node) && !ts.isMethodDeclaration(node)) return undefined
      const span = lineOf(source, node.end) - lineOf(source, node.getStart()) + 1
      return span > 70 ? `${node.name?.getText() ?? 'function'} has ${span} lines` : undefined
    })
    return [...(lines > 300 ? [`${source.path} has ${lines} lines`] : []), ...longFunctions]
  })
  if (long.length > 0) console.info(`longer than intended (no failure):\n  ${long.join('\n  ')}`)
})

/** The imports of a file that do not point inward. */
function arrows(source: Source): string[] {
  return importsOf(source).flatMap((one) => {
    const to = target(source, one)
    const complaint = to === undefined ? undefined : arrow(source.path, to, one.typeOnly)
    return complaint === undefined ? [] : [`${source.path}:${one.line} imports ${to}: ${complaint}`]
  })
}

/** Why an arrow points the wrong way, or undefined where it points inward. */
function arrow(from: string, to: string, typeOnly: boolean): string | undefined {
  const a = place(from)
  const b = place(to)
  if (a === undefined || b === undefined || a.room === b.room || a.floor === 'outside') return undefined
  if (to === PORT) return typeOnly || a.floor === 'stories' ? undefined : 'take the types of the port only'
  if (b.room === 'store') return 'be handed the store, typed by src/store/port.ts'
  if (a.room === 'store') {
    return typeOnly || b.floor === 'ground' ? undefined : 'a store knows its port and the types of the domain, no more'
  }
  if (b.level < a.level || (a.level === b.level && (a.floor === 'ground' || a.floor === 'stories'))) return undefined
  return `move what both need down to a floor below ${a.room}`
}

function place(path: string): { readonly room: string; readonly floor: string; readonly level: number } | undefined {
  const room = /^src\/([^/.]+)/.exec(path)?.[1] ?? ''
  if (room === 'store') return { room, floor: 'store', level: FLOORS.length }
  const level = FLOORS.findIndex(([, rooms]) => rooms.includes(room))
  const floor = FLOORS[level]?.[0]
  return floor === undefined ? undefined : { room, floor, level }
}

function bannedCall(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && (node.arguments?.length ?? 0) === 0) {
    return 'new Date(): take a Clock'
  }
  if (ts.isCallExpression(node) && node.expression.getText() === 'Date') return 'Date(): take a Clock'
  if (ts.isPropertyAccessExpression(node)) {
    const text = node.getText()
    if (text === 'Date.now' || text === 'performance.now') return `${text}: take a Clock`
    if (text === 'Math.random') return 'Math.random: take a Random'
    if (text === 'process.env') return 'process.env: take an option'
  }
  if (
    ts.isIdentifier(node) &&
    /^(randomUUID|randomBytes|randomInt|randomFill(Sync)?|getRandomValues)$/.test(node.text)
  ) {
    return `${node.text}: take a Random`
  }
  return undefined
}

function findings(source: Source, complaint: (node: ts.Node) => string | undefined): string[] {
  const out: string[] = []
  const visit = (node: ts.Node): void => {
    const found = complaint(node)
    if (found !== undefined) out.push(`${source.path}:${lineOf(source, node.getStart())} ${found}`)
    ts.forEachChild(node, visit)
  }
  visit(source.tree)
  return out
}

function importsOf(source: Source): Import[] {
  const out: Import[] = []
  const add = (from: ts.Node | undefined, typeOnly: boolean, dynamic: boolean): void => {
    if (from === undefined || !ts.isStringLiteralLike(from)) return
    out.push({ from: from.text, typeOnly, dynamic, line: lineOf(source, from.getStart()) })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, erased(node.importClause), false)
    if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly, false)
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true, false)
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false, true)
    ts.forEachChild(node, visit)
  }
  visit(source.tree)
  return out
}

/** Whether an import leaves nothing behind at run time (under `verbatimModuleSyntax` only `import type` does). */
function erased(clause: ts.ImportClause | undefined): boolean {
  return clause?.phaseModifier === ts.SyntaxKind.TypeKeyword
}

/** The file of `src` that an import names, or undefined for a package. */
function target(source: Source, { from }: Import): string | undefined {
  if (!from.startsWith('.')) return undefined
  return join(dirname(source.path), from).replaceAll('\\', '/').replace(/\.js$/, '.ts')
}

/** Files and packages that loading `door` loads: what is imported as a value and at once. */
function reachable(door: string): Set<string> {
  const seen = new Set<string>()
  const queue = [door]
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    const source = byPath.get(path)
    if (source === undefined) continue
    for (const one of importsOf(source)) if (!one.typeOnly && !one.dynamic) queue.push(target(source, one) ?? one.from)
  }
  return seen
}

function read(folder: string): Source[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name)
      const path = relative(root, file).replaceAll('\\', '/')
      return sourceOf(path, readFileSync(file, 'utf8'))
    })
}

function sourceOf(path: string, text: string): Source {
  return { path, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true) }
}

function lineOf(source: Source, position: number): number {
  return source.tree.getLineAndCharacterOfPosition(position).line + 1
}
