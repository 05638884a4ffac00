import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { vi } from 'vitest'
import { run } from '../../src/cli/program.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The command line as people start it: a process of its own. */
export function launch(
  args: readonly string[],
  cwd: string,
): { readonly child: ChildProcessWithoutNullStreams; readonly ended: Promise<Ran> } {
  const tsx = pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href
  const child = spawn(process.execPath, ['--import', tsx, join(root, 'src/cli/main.ts'), ...args], { cwd })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }))
  })
  return { child, ended }
}

/** Runs it to its end, with this on standard input. */
export async function start(args: readonly string[], cwd: string, input = ''): Promise<Ran> {
  const { child, ended } = launch(args, cwd)
  child.stdin.end(input)
  return ended
}

/** The same in this process, for cases too many to start a process for each. */
export async function runHere(args: readonly string[]): Promise<Ran> {
  const out = captured(process.stdout)
  const err = captured(process.stderr)
  const before = process.exitCode
  try {
    const code = await run(args)
    return { code, stdout: out.text(), stderr: err.text() }
  } finally {
    process.exitCode = before
    out.restore()
    err.restore()
  }
}

function captured(stream: NodeJS.WriteStream): { readonly text: () => string; readonly restore: () => void } {
  let text = ''
  const spy = vi.spyOn(stream, 'write').mockImplementation((chunk: string | Uint8Array) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
    return true
  })
  return { text: () => text, restore: () => spy.mockRestore() }
}
