/** What a run of the benchmark is asked for. */
export interface Flags {
  /** Tiny sizes and one round: whether everything runs. Its figures mean nothing. */
  readonly quick: boolean
  /** Names of trials, or beginnings of names that end in `*`; none: all of them. */
  readonly only: readonly string[]
  readonly json: string | undefined
  readonly html: string | undefined
  /** Results of a run before, as JSON: nothing is run, and page and table are made of them. */
  readonly from: string | undefined
  /** Write the table into docs/benchmarks.md. */
  readonly table: boolean
  /** The one trial to run here, in this process, with its result as JSON on standard output. */
  readonly trial: string | undefined
}

const USAGE = 'npm run bench takes --quick, --only NAME, --json FILE, --html FILE, --from FILE and --table'

/** @throws {TypeError} for anything else, a flag without its value, or a name that no trial has */
export function flagsFrom(args: readonly string[], names: readonly string[]): Flags {
  const only: string[] = []
  const flags = {
    quick: false,
    only,
    json: undefined,
    html: undefined,
    from: undefined,
    table: false,
    trial: undefined,
  } as {
    -readonly [Flag in keyof Flags]: Flags[Flag]
  }
  for (let at = 0; at < args.length; at += 1) {
    const flag = args[at]
    if (flag === '--quick') flags.quick = true
    else if (flag === '--table') flags.table = true
    else {
      at += 1
      const value = args[at]
      if (value === undefined || value.startsWith('--')) throw new TypeError(USAGE)
      if (flag === '--only') only.push(value)
      else if (flag === '--json') flags.json = value
      else if (flag === '--html') flags.html = value
      else if (flag === '--from') flags.from = value
      else if (flag === '--trial') flags.trial = value
      else throw new TypeError(USAGE)
    }
  }
  const unknown = [...only, ...(flags.trial === undefined ? [] : [flags.trial])].find(
    (each) => !names.some((name) => isNamed(name, [each])),
  )
  if (unknown !== undefined) throw new TypeError(`there is no trial ${unknown}: there are ${names.join(', ')}`)
  return flags
}

/** Whether a trial is among those asked for. */
export function isNamed(name: string, only: readonly string[]): boolean {
  return (
    only.length === 0 || only.some((each) => (each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : name === each))
  )
}
