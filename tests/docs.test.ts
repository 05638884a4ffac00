import { spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ERROR_CODES } from '../src/errors.js'

/**
 * The documentation does what it says. Blocks of one page run in order and share one empty folder; `ts continued`
 * carries on the program of the block before it. Output, configuration and signatures are `text` or `json`.
 */

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const pages = ['README.md', 'CHANGELOG.md', 'SECURITY.md', ...docsIn('docs')]
const { scripts } = manifest()

interface Block {
  readonly language: string
  readonly continued: boolean
  readonly text: string
  readonly line: number
}

describe('blocks', () => {
  for (const page of pages) {
    const blocks = blocksOf(read(page))
    const runnable = blocks.some(({ language }) => ['ts', 'js', 'sh'].includes(language))

    test(`${page} says what each block is`, () => {
      const known = ['ts', 'js', 'sh', 'json', 'text', 'mermaid']
      const strange = blocks.filter(({ language }) => !known.includes(language))
      expect(strange.map(({ line }) => `${page}:${line}: use one of ${known.join(', ')}`)).toEqual([])
    })

    test(`${page} holds JSON that parses`, () => {
      for (const { language, text } of blocks) if (language === 'json') JSON.parse(text)
    })

    if (runnable) test(`${page} runs`, () => runPage(page, blocks), 180_000)
  }

  test('the README and the continuous run use one command', () => {
    expect(shellLines(read('README.md'))).toContain('npm ci && npm test')
    expect(read('.ci/run')).toContain('npm ci && npm test')
  })
})

test('every error code is documented once, and no other', () => {
  const rows = read('docs/errors.md').matchAll(/^\| `(ERR_[A-Z_]+)` \|(.*)\|$/gm)
  const documented = [...rows].map(([, code, cells]) => ({
    code,
    cells: (cells ?? '').split('|').map((cell) => cell.trim()),
  }))
  expect(documented.map(({ code }) => code)).toEqual([...ERROR_CODES])
  for (const { code, cells } of documented) {
    expect(cells.length, `${code}: what happened, and what to do`).toBe(2)
    for (const cell of cells) expect(cell.length, `${code}: a cell says nothing`).toBeGreaterThan(10)
  }
})

test('every dependency is accounted for, and no other', () => {
  const rows = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name)
  const { dependencies, devDependencies } = manifest()
  expect(rows).toEqual([...Object.keys(dependencies), ...Object.keys(devDependencies)])
})

test.each(pages)('%s links to what exists', (page) => {
  const prose = read(page)
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, '')
  const broken = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    if (/^[a-z]+:/.test(link)) return []
    const [path = '', anchor] = link.split('#')
    const file = path === '' ? page : relative(root, join(root, dirname(page), path))
    if (file.startsWith('..') || !existsSync(join(root, file))) return [link]
    return anchor === undefined || anchorsOf(read(file)).has(anchor) ? [] : [link]
  })
  expect(broken).toEqual([])
})

async function runPage(page: string, blocks: readonly Block[]): Promise<void> {
  expect(existsSync(join(root, 'dist/index.js')), 'run npm run build first').toBe(true)
  const folder = mkdtempSync(join(tmpdir(), 'child-index-docs-'))
  const work = join(root, '.tmp', 'docs', page.replace(/\W+/g, '-'))
  mkdirSync(work, { recursive: true })
  try {
    const env = environment(folder)
    const cwd = join(folder, 'work')
    mkdirSync(cwd)
    for (const [index, block] of blocks.entries()) {
      if (block.language === 'sh') await runShell(page, block, cwd, env)
      if (!isProgram(block) || blocks.slice(index + 1).find(isProgram)?.continued === true) continue
      // Inside the checkout, so that `child-index` is the package's own name.
      const file = join(work, `line-${block.line}.${block.language === 'ts' ? 'mts' : 'mjs'}`)
      writeFileSync(file, programAt(blocks, index))
      await run(process.execPath, ['--import', tsx(), file], cwd, env, `${page}:${block.line}`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
    rmSync(work, { recursive: true, force: true })
  }
}

function tsx(): string {
  return pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href
}

/** A block after those that it continues. */
function programAt(blocks: readonly Block[], index: number): string {
  const programs = blocks.slice(0, index + 1).filter(isProgram)
  const start = programs.findLastIndex(({ continued }) => !continued)
  return programs
    .slice(start)
    .map(({ text }) => text)
    .join('\n')
}

function isProgram({ language }: Block): boolean {
  return language === 'ts' || language === 'js'
}

/** npm cannot run inside the tests it runs: those lines are checked against the manifest, the others executed. */
async function runShell(page: string, block: Block, cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const lines = block.text.split('\n')
  const wrong = lines.filter(isNpm).flatMap((line) => npmComplaints(line))
  expect(wrong, `${page}:${block.line}`).toEqual([])
  const rest = lines.filter((line) => !isNpm(line)).join('\n')
  if (rest.replace(/^\s*#.*$/gm, '').trim() === '') return
  await run('bash', ['-euo', 'pipefail', '-c', rest], cwd, env, `${page}:${block.line}`)
}

function isNpm(line: string): boolean {
  return /^(npm|git clone|cd child-index)\b/.test(line)
}

function npmComplaints(line: string): string[] {
  return line
    .replace(/\s#.*$/, '')
    .split('&&')
    .map((command) => command.trim())
    .flatMap((command) => {
      const script =
        /^npm run (?:-s )?([\w:-]+)(?: -- .*)?$/.exec(command)?.[1] ?? (command === 'npm test' ? 'test' : undefined)
      if (script !== undefined) return scripts[script] === undefined ? [`package.json has no script ${script}`] : []
      return /^(npm ci|npm install child-index|git clone .*|cd child-index)$/.test(command)
        ? []
        : [`${command}: not on the list of commands that are shown and not run`]
    })
}

/** `child-index` and `npx child-index` are the build; home and temporary files stay inside the folder. */
function environment(folder: string): NodeJS.ProcessEnv {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const cli = join(root, 'dist/cli.js')
  shim(join(bin, 'child-index'), `exec '${process.execPath}' '${cli}' "$@"`)
  shim(join(bin, 'npx'), `[ "$1" = child-index ] && shift && exec child-index "$@"; exit 127`)
  return { PATH: `${bin}:${process.env.PATH}`, HOME: folder, TMPDIR: folder, LANG: 'C.UTF-8' }
}

function shim(file: string, body: string): void {
  writeFileSync(file, `#!/bin/sh\n${body}\n`)
  chmodSync(file, 0o755)
}

function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  what: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) resolve()
      else reject(new Error(`${what} ended with ${code ?? signal}:\n${output.slice(-4000)}`))
    })
  })
}

function blocksOf(page: string): Block[] {
  const out: Block[] = []
  for (const found of page.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)) {
    const [language = '', flag] = (found[1] ?? '').trim().split(/\s+/)
    const line = page.slice(0, found.index).split('\n').length
    out.push({ language, continued: flag === 'continued', text: found[2] ?? '', line })
  }
  return out
}

function shellLines(page: string): string[] {
  return blocksOf(page)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.split('\n').map((line) => line.replace(/\s+#.*$/, '').trim()))
}

/** Anchors as the usual renderers derive them from headings. */
function anchorsOf(page: string): Set<string> {
  const headings = [...page.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} (.*)$/gm)]
  return new Set(
    headings.map(([, heading = '']) =>
      heading
        .trim()
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replace(/\s/g, '-'),
    ),
  )
}

function docsIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`)
    .sort()
}

function read(path: string): string {
  const file = join(root, path)
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

function manifest(): Readonly<Record<'scripts' | 'dependencies' | 'devDependencies', Record<string, string>>> {
  return JSON.parse(read('package.json'))
}
