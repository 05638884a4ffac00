const VOID = new Set(['meta', 'line', 'path', 'circle', 'rect', 'br', '!doctype'])

/** What is wrong with the nesting of a page’s elements, and every element by name. */
export function elements(text: string): { readonly wrong: readonly string[]; readonly names: readonly string[] } {
  const wrong: string[] = []
  const names: string[] = []
  const open: string[] = []
  for (const [, close, name = '', rest = ''] of text.matchAll(/<(\/?)([a-z!][a-z0-9]*)((?:[^<>"]|"[^"]*")*)>/g)) {
    if (close === '/') {
      if (open.pop() !== name) wrong.push(`</${name}>`)
    } else {
      names.push(name)
      if (!VOID.has(name) && !rest.endsWith('/')) open.push(name)
    }
  }
  return { wrong: [...wrong, ...open], names }
}

/** What somebody reads: without elements, style and escapes. */
export function readable(text: string): string {
  return text
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
}
