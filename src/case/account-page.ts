import { html, said } from '../page/markup.js'
import { page, type Section } from '../page/page.js'
import type { Account } from './account-document.js'
import { type AccountSection, accountSections, accountTitle, requestWords } from './account-words.js'

/** An account as a page that stands alone and can be printed. What is in it depends on the document alone. */
export function accountPage(account: Account): string {
  return page({
    title: accountTitle(account),
    kicker: 'Account of what is held',
    lead: requestWords(account),
    sections: accountSections(account).map(sectionOf),
    footer: `Given by ${account.hub}. The index is no decision about you or your family. People decide, and they can be asked.`,
  })
}

function sectionOf({ id, title, paragraphs, items }: AccountSection): Section {
  const list = items.length === 0 ? undefined : html`<ul>${items.map((item) => html`<li>${said(item)}</li>\n`)}</ul>\n`
  return { id, title, body: html`${paragraphs.map((words) => html`<p>${words}</p>\n`)}${list}` }
}
