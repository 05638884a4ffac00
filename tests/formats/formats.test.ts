import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { hubFolder } from '../../src/embedded/files.js'
import { ENTRY_TYPES, SEALED_TYPES } from '../../src/journal/entry.js'
import { TABLES } from '../../src/store/port.js'
import { APPLICATION_ID, SCHEMA_VERSION } from '../../src/store/sqlite/schema.js'
import { vectors } from './vectors.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const page = readFileSync(join(root, 'docs/formats.md'), 'utf8')
const made = await vectors()

/** Vectors as the page shows them. Long lines are broken on the page; text that has lines of its own keeps them. */
const shown = new Map(
  [...page.matchAll(/^```text\nvector (\S+)\n([\s\S]*?)\n```$/gm)].map(([, name = '', text = '']) => [name, text]),
)

describe('frozen vectors', () => {
  test('are those that the page shows', () => {
    expect([...shown.keys()].sort()).toEqual([...made.keys()].sort())
  })

  test.each([...made])('%s', (name, value) => {
    const text = shown.get(name) ?? ''
    expect(value.includes('\n') ? `${text}\n` : text.replaceAll('\n', '')).toBe(value)
  })
})

describe('the page knows', () => {
  test('every tag that the source writes', () => {
    const tags = new Set(
      sources('src').flatMap((text) => [...text.matchAll(/'([a-z-]+\/v\d+)'/g)].map(([, tag]) => tag)),
    )
    expect([...tags].filter((tag) => !page.includes(`${tag}(`)).sort()).toEqual([])
    const told = new Set([...page.matchAll(/([a-z-]+\/v\d+)\(/g)].map(([, tag = '']) => tag))
    const ours = ['example/v1']
    expect([...told].filter((tag) => !tags.has(tag) && !ours.includes(tag))).toEqual([])
  })

  test.each([
    ['hub', 'src/hub.ts'],
    ['custodian', 'src/custodian.ts'],
  ])('every verb of a %s', (_, file) => {
    const source = readFileSync(join(root, file), 'utf8')
    const story = /const story: Record<string, Handler> = \{\n([\s\S]*?)\n {2}\}\n/.exec(source)?.[1] ?? ''
    const verbs = [...story.matchAll(/^ {4}(?:async )?'?([a-z-]+)'?(?:: |\()/gm)].map(([, verb]) => verb)
    expect(verbs.length).toBeGreaterThan(5)
    const tables = page.split(/^What a \*\*|^## /m).slice(1)
    const table = tables.find((each) => each.startsWith(file === 'src/hub.ts' ? 'hub' : 'custodian')) ?? ''
    expect(rowsOf(table)).toEqual(verbs)
  })

  test('every type of entry, and which are in a box', () => {
    const [, table = ''] = page.split('| type | body |')
    const cells = [...(table.split('\n\n')[0]?.matchAll(/^\| (\S[^|]*) \|/gm) ?? [])].map(([, cell = '']) => cell)
    const types = cells.flatMap((cell) =>
      [...cell.matchAll(/`([a-z-]+)`/g)].map(([, type = '']) => ({ type, boxed: cell.startsWith('*') })),
    )
    expect(types).toEqual(ENTRY_TYPES.map((type) => ({ type, boxed: SEALED_TYPES.has(type) })))
  })

  test('every table', () => {
    const [, table = ''] = page.split('| table | key | value |')
    expect(rowsOf(table.split('\n\n')[0] ?? '')).toEqual([...TABLES])
    expect(page).toContain(`0x${APPLICATION_ID.toString(16)}`)
    expect(page).toContain(`\`user_version\` ${SCHEMA_VERSION}`)
  })

  test('every file of the hub’s folder', () => {
    const folder = hubFolder('hub')
    for (const file of [folder.database, folder.hubKey, folder.custodianKey(1), folder.custodianLog('custodian-1')]) {
      expect(page).toContain(`\`${file.replace(/^hub\//, '')}\``)
    }
  })
})

function rowsOf(table: string): readonly string[] {
  return [...table.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name = '']) => name)
}

function sources(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (path === 'src/testing' || path === 'src/cli') return []
    if (entry.isDirectory()) return sources(path)
    return entry.name.endsWith('.ts') ? [readFileSync(join(root, path), 'utf8')] : []
  })
}
