import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const docs = join(import.meta.dirname, '../../docs')
const page = readFileSync(join(docs, 'attacks.md'), 'utf8')
const rows = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| Attack |'))

test('every test that the page of attacks names is there, under this name', () => {
  const named = [...page.matchAll(/\]\(\.\.\/(tests\/[^)]+)\)((?: “[^”]+”)*)/g)]
  expect(named.length).toBeGreaterThan(60)
  const missing = named.flatMap(([, file = '', names = '']) => {
    const path = join(docs, '..', file)
    if (!existsSync(path)) return [file]
    const source = readFileSync(path, 'utf8')
    const quoted = [...names.matchAll(/“([^”]+)”/g)].map(([, name = '']) => name)
    return quoted
      .filter((name) => !["'", '"', '`'].some((mark) => source.includes(`${mark}${name}`)))
      .map((name) => `${file}: ${name}`)
  })
  expect(missing).toEqual([])
})

test('a row without a test says that nothing stops the attack', () => {
  expect(rows.length).toBeGreaterThan(40)
  const bare = rows.filter((row) => !row.includes('](../tests/') && !row.includes('**Nothing'))
  expect(bare).toEqual([])
})
