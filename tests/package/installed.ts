import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The package as its users get it: packed, examined, installed into an empty folder, typed against, loaded and run.
 * Run by `npm run package` after a build; not a vitest file, since it takes a minute and needs the registry.
 */

interface Manifest {
  readonly version: string
  readonly bin: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, unknown>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

interface Loaded {
  readonly exports: readonly string[]
  readonly addons: readonly string[]
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const manifest: Manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const doors = Object.keys(manifest.exports).filter((door) => door !== './package.json')
const WITHOUT_ADDON = ['.', './agency', './custodian', './policy', './verify', './witness', './transport']

const PROBE = `
  const { createRequire } = await import('node:module')
  const addons = [...process.report.getReport().sharedObjects, ...Object.keys(createRequire(import.meta.url).cache)]
    .filter((path) => path.endsWith('.node') || path.includes('/better-sqlite3/'))`

const folder = mkdtempSync(join(tmpdir(), 'child-index-package-'))
try {
  const tarball = pack()
  tool('publint', ['run', tarball, '--strict'])
  tool('attw', [tarball, '--profile', 'esm-only', '--no-emoji'])
  install(tarball)
  const loaded = new Map(doors.map((door) => [door, load(door)]))
  for (const [door, { exports, addons }] of loaded) {
    if (exports.length === 0) fail(`${door} exports nothing`)
    if (WITHOUT_ADDON.includes(door) && addons.length > 0) fail(`${door} loads the native addon`)
    console.log(`${name(door)}\n  ${exports.join(' ')}`)
  }
  if (!loadsAddon()) fail('the probe for native addons sees none where one is loaded')
  compile(loaded)
  runCommandLine()
  console.log('the installed package works')
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function pack(): string {
  const printed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [packed]: readonly { readonly filename: string; readonly files: readonly { readonly path: string }[] }[] =
    JSON.parse(printed)
  if (packed === undefined) return fail('npm pack made nothing')
  const paths = packed.files.map(({ path }) => path)
  for (const wanted of ['LICENSE', 'README.md', 'CHANGELOG.md', 'SECURITY.md', 'dist/cli.js']) {
    if (!paths.includes(wanted)) fail(`the tarball lacks ${wanted}`)
  }
  const strange = paths.filter(
    (path) => !/^(dist|docs|policies|schemas)\/|^(LICENSE|[A-Z]+\.md|package\.json)$/.test(path),
  )
  if (strange.length > 0) fail(`the tarball holds ${strange.join(', ')}`)
  return join(folder, packed.filename)
}

function tool(command: string, args: readonly string[]): void {
  execFileSync(join(root, 'node_modules/.bin', command), args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
}

/** Compiling SQLite takes a minute: the copy that this checkout has compiled is put in its place. */
function install(tarball: string): void {
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  const peers = Object.keys(manifest.peerDependencies ?? {}).map((peer) => `${peer}@${manifest.devDependencies[peer]}`)
  const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
  execFileSync('npm', ['install', ...flags, tarball, ...peers], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const built = 'node_modules/better-sqlite3/build/Release/better_sqlite3.node'
  cpSync(join(root, built), join(folder, built))
}

function name(door: string): string {
  return `child-index${door.slice(1)}`
}

/** What a door exports, and what the process holds of native addons after loading it and nothing else. */
function load(door: string): Loaded {
  return JSON.parse(
    node(`
      const door = await import('${name(door)}')
      const exports = Object.keys(door).sort()
      for (const name of exports) if (door[name] === undefined) throw new Error(name + ' is undefined')
      ${PROBE}
      console.log(JSON.stringify({ exports, addons }))`),
  )
}

/** Positive control of the probe. */
function loadsAddon(): boolean {
  const addons: readonly string[] = JSON.parse(
    node(`
      const { default: Database } = await import('better-sqlite3')
      new Database(':memory:').close()
      ${PROBE}
      console.log(JSON.stringify(addons))`),
  )
  return addons.length > 0
}

function node(program: string): string {
  return execFileSync(process.execPath, ['--input-type=module', '--eval', program], { cwd: folder, encoding: 'utf8' })
}

/** Every exported value has a type, and the types need nothing that a user has not installed (but Node's own). */
function compile(loaded: ReadonlyMap<string, Loaded>): void {
  const uses = [...loaded].map(([door, { exports }], index) => {
    const values = exports.map((one) => `d${index}.${one}`).join(', ')
    return `import * as d${index} from '${name(door)}'\nexport const used${index}: readonly unknown[] = [${values}]`
  })
  writeFileSync(join(folder, 'use.ts'), `${uses.join('\n')}\n`)
  const compilerOptions = {
    target: 'ES2023',
    lib: ['ES2023', 'ESNext.Disposable'],
    module: 'NodeNext',
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }))
  tool('tsc', ['-p', folder])
}

function runCommandLine(): void {
  for (const bin of Object.keys(manifest.bin)) {
    const file = join(folder, 'node_modules/.bin', bin)
    if (!existsSync(file)) fail(`${bin} is not installed`)
    const help = execFileSync(file, ['--help'], { cwd: folder, encoding: 'utf8' })
    if (!help.includes(`Usage: ${bin}`)) fail(`${bin} --help does not say how to use it`)
  }
}

function fail(message: string): never {
  throw new Error(message)
}
