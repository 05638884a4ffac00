/** Who sends each of a few checks, of which kind that agency is, and how many calendar days ago. */
export interface Structure {
  readonly agencyOf: readonly number[]
  /** By agency. */
  readonly kinds: readonly string[]
  readonly dayOf: readonly number[]
}

const KIND_CHOICES_MAX = 200

/**
 * The ways to spread checks over agencies, kinds and days, fewest agencies first, then fewest kinds, then fewest days.
 * `kindsOf`: by check, the kinds that may send it. Where kinds do not matter, each agency has one that suits.
 */
export function structuresOf(kindsOf: readonly (readonly string[])[], kindsMatter: boolean): readonly Structure[] {
  const spreads = groupings(kindsOf.length)
  const found = spreads.flatMap((agencyOf) =>
    kindChoices(agencyOf, kindsOf, kindsMatter).flatMap((kinds) =>
      spreads.map((dayOf) => ({ agencyOf, kinds, dayOf })),
    ),
  )
  const measure = ({ kinds, dayOf }: Structure): readonly number[] => [kinds.length, distinct(kinds), distinct(dayOf)]
  return found
    .map((structure) => ({ structure, measure: measure(structure) }))
    .sort((a, b) => compared(a.measure, b.measure))
    .map(({ structure }) => structure)
}

/** Every way to put so many things into groups, groups numbered by their first thing. */
function groupings(things: number): readonly (readonly number[])[] {
  let found: readonly (readonly number[])[] = [[]]
  for (let thing = 0; thing < things; thing += 1) {
    found = found.flatMap((groups) =>
      Array.from({ length: Math.max(-1, ...groups) + 2 }, (_, group) => [...groups, group]),
    )
  }
  return found
}

function kindChoices(
  agencyOf: readonly number[],
  kindsOf: readonly (readonly string[])[],
  kindsMatter: boolean,
): readonly (readonly string[])[] {
  const agencies = Array.from({ length: Math.max(-1, ...agencyOf) + 1 }, (_, agency) => agency)
  let choices: readonly (readonly string[])[] = [[]]
  for (const agency of agencies) {
    const sets = kindsOf.filter((_, check) => agencyOf[check] === agency)
    const suitable = (sets[0] ?? []).filter((kind) => sets.every((kinds) => kinds.includes(kind)))
    choices = choices
      .flatMap((chosen) => {
        const again = suitable.find((kind) => chosen.includes(kind))
        const kinds = kindsMatter ? suitable : [again ?? suitable[0]].filter((kind) => kind !== undefined)
        return kinds.map((kind) => [...chosen, kind])
      })
      .slice(0, KIND_CHOICES_MAX)
  }
  return choices
}

export function distinct(values: readonly unknown[]): number {
  return new Set(values).size
}

function compared(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, place) => value !== b[place])
  return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0)
}
