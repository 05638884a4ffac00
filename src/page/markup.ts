/** HTML that may stand in a page as it is. Made by `html` only, which escapes whatever else it is given. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type Content = string | number | Markup | undefined | readonly Content[]

/** HTML with values in it. Text is escaped, lists are joined, `undefined` is left out. For text and quoted attributes. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(parts.map((part, index) => part + (index < values.length ? textOf(values[index]) : '')).join(''))
}

/** Text of somebody else on its own, such as a label: right-to-left writing in it does not turn what stands around it. */
export function said(text: string): Markup {
  return html`<bdi>${text}</bdi>`
}

function textOf(content: Content): string {
  if (content === undefined) return ''
  if (content instanceof Markup) return content.text
  if (typeof content === 'object') return content.map(textOf).join('')
  return String(content)
    .replace(NO_CHARACTERS, '\u{FFFD}')
    .replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '')
}

// What HTML knows no character for: control characters other than tab and line feed, and halves of a pair.
const NO_CHARACTERS = /(?![\t\n])\p{Cc}|\p{Cs}/gu

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
