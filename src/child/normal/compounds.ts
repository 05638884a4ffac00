/**
 * A name like `Lily-Mae`: two names in one, of which the second is one of those that are added to others. Undefined for
 * other names; the first part has at least three letters, and nothing is said on whether it is a name.
 */
export function compoundOf(name: string): { readonly first: string; readonly second: string } | undefined {
  for (let length = LONGEST; length >= SHORTEST; length--) {
    const second = name.slice(-length)
    if (name.length - length >= 3 && SECONDS.has(second)) return { first: name.slice(0, -length), second }
  }
  return undefined
}

/** The added name in the spelling that stands for all of its spellings. */
export function secondSpelling(second: string): string {
  return SECONDS.get(second) ?? second
}

// Second names that are added to another, British usage; where a group is joined by `=`, its first spelling stands for the rest.
const SECONDS: ReadonlyMap<string, string> = new Map(
  `mae=may=mai rose grace=gracie louise lou lee=leigh=lea jay=jai jo=joe rae=ray anne=ann anna marie mary maria jane jean kate
  lily=lilly=lillie ella belle bella hope faith joy dee beth skye=sky eve ivy iris ruby daisy pearl elizabeth sophia=sofia olivia
  amelia isabella victoria james jack john=jon jamie william thomas george junior joseph david daniel alexander michael
  robert peter paul ryan reece=rhys tyler scott louis harry oliver henry arthur edward charles leon leo luca=luka luke noah max
  mason jacob boy lucas elise autumn willow`
    .split(/\s+/)
    .map((group) => group.split('='))
    .flatMap((group) => group.map((one) => [one, group[0] ?? one] as const)),
)

const SHORTEST = 2
const LONGEST = 9
