import { type Content, html, Markup } from './markup.js'
import { STYLE } from './style.js'

/** What a page is made of. Everything that is no `Markup` is text, and escaped. */
export interface PageParts {
  /** Of the window, and of the page where it has no heading. */
  readonly title: string
  readonly heading?: Content
  /** What kind of page this is, in small letters above the heading. */
  readonly kicker: string
  /** One sentence below the heading. */
  readonly lead?: Content
  /** What the page is about, in a few words and figures. */
  readonly facts?: readonly Fact[]
  /** Paragraphs that nobody should miss. */
  readonly notice?: Markup
  readonly sections: readonly Section[]
  readonly footer: Content
  /** Further style of this page alone: a constant of the source, as it is put into the page unescaped. */
  readonly style?: string
}

export type Fact = readonly [name: string, value: Content]

/** One section of a page, under a heading of its own. */
export interface Section {
  /** Where links lead to; one of a kind on the page, letters, digits and hyphens. */
  readonly id: string
  /** In the list of contents. Absent: the title. */
  readonly name?: string
  readonly title: string
  readonly body: Content
}

/**
 * A whole HTML page that stands alone: no script, no other file, nothing that is fetched, and a Content-Security-Policy
 * that forbids all of that. Its parts can be reached by keyboard, and it is fit for print and for dark screens.
 */
export function page(parts: PageParts): string {
  const { title, heading = title, kicker, lead, facts = [], notice, sections, footer, style = '' } = parts
  return html`<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${new Markup(STYLE + style)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header>
<p class="kicker">${kicker}</p>
<h1>${heading}</h1>
${lead === undefined ? undefined : html`<p class="lead">${lead}</p>\n`}${facts.length === 0 ? undefined : factList(facts)}${
  notice === undefined ? undefined : html`<div class="notice" role="note">${notice}</div>\n`
}<nav aria-label="Contents"><ul>${sections.map(({ id, title: full, name = full }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
</header>
<main id="content">
${sections.map(sectionOf)}</main>
<footer><p>${footer}</p></footer>
</body>
</html>
`.text
}

/** Names with their values, such as a page has at its head. */
export function factList(facts: readonly Fact[]): Markup {
  return html`<dl class="facts">
${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>\n`)}</dl>
`
}

function sectionOf({ id, title, body }: Section): Markup {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
${body}</section>
`
}

export interface TableParts {
  /** Of the caption, one of a kind on the page. */
  readonly id: string
  readonly caption: Content
  /** Heads of the columns. */
  readonly head: readonly Content[]
  /** Whole rows, as `row` makes them. */
  readonly rows: readonly Markup[]
  /** Names of classes: `small` is no wider than text. */
  readonly kind?: string
}

/** A table with a caption, which can be scrolled by keyboard where it is wider than the page. */
export function table({ id, caption, head, rows, kind }: TableParts): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="${id}"><table${
    kind === undefined ? undefined : html` class="${kind}"`
  }><caption id="${id}">${caption}</caption><thead><tr>${head.map((each) => html`<th scope="col">${each}</th>`)}</tr></thead><tbody>
${rows}</tbody></table></div>
`
}

/** A row of a table: the first cell names it, numbers stand to the right. */
export function row(name: Content, ...cells: readonly Content[]): Markup {
  return html`<tr><th scope="row">${name}</th>${cells.map((each) =>
    typeof each === 'number' ? html`<td class="number">${each}</td>` : html`<td>${each}</td>`,
  )}</tr>
`
}
