export interface YearFlags {
  /** Of the 1-in-12 sample of England. */
  readonly share: number
  readonly days: number
  readonly quick: boolean
  readonly json: string | undefined
}

/** @throws {TypeError} for anything but `--share X` (up to 1), `--quick` and `--json FILE` */
export function flagsFrom(args: readonly string[]): YearFlags {
  let flags: YearFlags = { share: 1, days: 365, quick: false, json: undefined }
  for (let at = 0; at < args.length; at += 1) {
    const [flag, value] = [args[at], args[at + 1]]
    if (flag === '--quick') flags = { ...flags, quick: true, share: 0.000_2, days: 40 }
    else if (flag === '--json' && value !== undefined) flags = { ...flags, json: value }
    else if (flag === '--share' && Number(value) > 0 && Number(value) <= 1) flags = { ...flags, share: Number(value) }
    else throw new TypeError('npm run bench:year takes --share X (above 0, up to 1), --quick and --json FILE')
    if (flag !== '--quick') at += 1
  }
  return flags
}
