import picocolors from 'picocolors'

/** What a word says besides itself: colour never says it alone. */
export type Tone = 'urgent' | 'warning' | 'good' | 'quiet' | 'strong'

export interface Span {
  readonly text: string
  readonly tone?: Tone | undefined
}

/** A line for people: plain, or in parts that may be painted. Escape codes come in when it is written, and from nowhere else. */
export type Line = string | readonly Span[]

/** Words in columns of fixed width, at least two spaces apart. Widths are of what is read, not of what paints it. */
export function painted(
  ...cells: readonly (readonly [word: string, width: number, tone?: Tone | undefined])[]
): readonly Span[] {
  const last = cells.findLastIndex(([word]) => word !== '')
  return cells.slice(0, last + 1).flatMap(([word, width, tone], index): readonly Span[] => {
    const gap = index === last ? '' : ' '.repeat(Math.max(0, width - word.length) + 2)
    return [{ text: word, tone }, { text: gap }]
  })
}

/** Whether a stream is painted on: a terminal that can show colours, unless somebody said NO_COLOR (https://no-color.org). */
export function paints(
  stream: { readonly isTTY?: boolean | undefined },
  { NO_COLOR = '', TERM }: Readonly<Record<string, string | undefined>>,
): boolean {
  return stream.isTTY === true && NO_COLOR === '' && TERM !== 'dumb'
}

/** Turns a tone into colour where `isOn`; leaves the text alone otherwise. */
export function painter(isOn: boolean): (text: string, tone: Tone | undefined) => string {
  const { red, yellow, green, dim, bold } = picocolors.createColors(isOn)
  const colours = { urgent: (text: string) => bold(red(text)), warning: yellow, good: green, quiet: dim, strong: bold }
  return (text, tone) => (tone === undefined || text === '' ? text : colours[tone](text))
}
