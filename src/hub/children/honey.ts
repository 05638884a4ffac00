/**
 * What a registration makes of a honey record: a child of invented details that nobody should look up.
 *
 * A child that exists never becomes one, or its checks would raise no case. A registration without the mark takes it
 * away: a real child has turned up under the invented details, and must count.
 * @param before the child's row; undefined where there is none yet
 * @returns `refused` where somebody's child would become one
 */
export function honeyAfter(
  before: { readonly isHoney?: 0 | 1 | undefined } | undefined,
  asked: boolean,
): 'yes' | 'no' | 'refused' {
  if (!asked) return 'no'
  return before === undefined || before.isHoney === 1 ? 'yes' : 'refused'
}
