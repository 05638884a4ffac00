/** The formal names, at most three, that a short or pet form stands for; empty where it is none. */
export function formalNamesOf(first: string): readonly string[] {
  return FORMAL.get(first) ?? []
}

/** The spelling that stands for all spellings of a given name: `muhammad` for `mohammed`; else the name itself. */
export function spellingOf(first: string): string {
  return SPELLING.get(first) ?? first
}

const FORMAL: ReadonlyMap<string, readonly string[]> = new Map(
  `joe:joseph alex:alexander,alexandra kate:katherine tom:thomas will:william bill:william bob:robert rob:robert
  liz:elizabeth beth:elizabeth,bethany sam:samuel,samantha ben:benjamin dan:daniel matt:matthew nick:nicholas
  jess:jessica ellie:eleanor,elizabeth charlie:charles,charlotte ted:edward,theodore harry:henry,harold jack:john`
    .split(/\s+/)
    .map((line) => line.split(':'))
    .map(([short = '', formal = '']) => [short, formal.split(',')] as const),
)

const SPELLING: ReadonlyMap<string, string> = new Map(
  ['muhammad mohammed mohamed mohammad muhammed', 'sarah sara', 'katherine catherine katharine kathryn']
    .map((line) => line.split(' '))
    .flatMap(([one = '', ...others]) => others.map((other) => [other, one] as const)),
)
