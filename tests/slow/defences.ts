/**
 * Takes each defence out of a copy of the code and runs the test of its attack, which must fail.
 * Run: npm run test:defences [-- --only "officer"] [-- --slice 2/4]
 * Prints a line for each; ends with 1 where a test passes without the defence, or does not run.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DEFENCES, type Defence } from './defences/list.js'

const root = join(import.meta.dirname, '../..')
const { values } = parseArgs({ options: { only: { type: 'string' }, slice: { type: 'string', default: '1/1' } } })
const [slice = 1, slices = 1] = values.slice.split('/').map(Number)
const wanted = DEFENCES.filter(
  ({ attack }, index) => index % slices === slice - 1 && (values.only === undefined || attack.includes(values.only)),
)

interface Report {
  readonly numFailedTests: number
  readonly numPassedTests: number
}

/** What the test says once the defence is gone. */
function without({ file, find, replace, test, name }: Defence, copy: string): string {
  const path = join(copy, file)
  const source = readFileSync(path, 'utf8')
  const report = join(copy, '.tmp/report.json')
  rmSync(report, { force: true })
  writeFileSync(path, source.split(find).join(replace))
  try {
    const pattern = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    const args = ['vitest', 'run', test, '-t', pattern, '--reporter=json']
    const { stderr, stdout } = spawnSync('npx', args, { cwd: copy, encoding: 'utf8' })
    if (!existsSync(report)) return `DID NOT RUN ${stdout}${stderr}`.slice(0, 300)
    const { numFailedTests, numPassedTests } = JSON.parse(readFileSync(report, 'utf8')) as Report
    if (numFailedTests > 0) return 'fails'
    return numPassedTests > 0 ? 'SURVIVES' : `DID NOT RUN ${stderr.slice(0, 300)}`
  } finally {
    writeFileSync(path, source)
  }
}

const copy = mkdtempSync(join(tmpdir(), 'defences-'))
try {
  for (const part of ['src', 'tests', 'policies', 'docs', 'package.json', 'tsconfig.json', 'vitest.config.ts'])
    cpSync(join(root, part), join(copy, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  const wrong: string[] = []
  for (const defence of wanted) {
    const found = readFileSync(join(root, defence.file), 'utf8').split(defence.find).length - 1
    const outcome = found === 1 ? without(defence, copy) : `STANDS ${found} TIMES in ${defence.file}`
    console.log(`${defence.attack}: ${outcome} (${defence.test}, ${defence.name})`)
    if (outcome !== 'fails') wrong.push(defence.attack)
  }
  console.log(
    `${wanted.length - wrong.length} of ${wanted.length} defences are missed by their tests when they are gone`,
  )
  process.exitCode = wrong.length > 0 ? 1 : 0
} finally {
  rmSync(copy, { recursive: true, force: true })
}
