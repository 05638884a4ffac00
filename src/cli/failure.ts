import { IndexError } from '../errors.js'

/** Exit codes of every command. */
export const DONE: 0 = 0
export const REJECTED: 1 = 1
export const COULD_NOT: 2 = 2
export type ExitCode = typeof DONE | typeof REJECTED

/** Any failure as a coded one. What others threw may hold values: of it only the system's own error code is kept. */
export function codedFailure(error: unknown): IndexError {
  if (error instanceof IndexError) return error
  if (!(error instanceof Error)) return UNEXPECTED
  if (error.name === 'AbortError') {
    return new IndexError('ERR_ABORTED', 'interrupted: what was recorded before stays recorded, and repeating is safe')
  }
  const { code } = error as NodeJS.ErrnoException
  if (code === undefined || !/^E[A-Z]{2,15}$/.test(code)) return UNEXPECTED
  if (code === 'ENOENT') return new IndexError('ERR_FILE_MISSING', 'a file or folder that is needed is not there')
  return new IndexError('ERR_FILE_INVALID', `a file cannot be read or written (${code})`)
}

const UNEXPECTED = new IndexError('ERR_UNEXPECTED', 'the program failed in a way that it does not foresee: report it')

/** Says on standard error what stopped the command; with `json` as an object on standard output too. */
export function reportFailure({ code, message, field }: IndexError, json: boolean): void {
  process.stderr.write(`child-index: ${code}: ${message}${field === undefined ? '' : ` (${field})`}\n`)
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message, field: field ?? null } })}\n`)
}
