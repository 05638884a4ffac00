import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

/** What signs and verifies batches of rows, and the messages that they travel in. Enrolments, rosters and heads stay signed. */
const SIGNED = /src\/(check\/[a-z/-]+|port|agency\/[a-z-]+)\.ts$/

export const UNSIGNED: Plugin = {
  name: 'unsigned',
  setup({ onResolve }) {
    onResolve({ filter: /\/signature\.js$/ }, ({ importer }) =>
      SIGNED.test(importer) ? { path: resolve('bench/check-path/unsigned.ts') } : undefined,
    )
  },
}

/** How long the slowed build waits for each check. */
const SLOWED_BY_MICROSECONDS = 50

/** The one place that is slow: where the hub reads the canonical bytes of a check, which it does once for each. */
const PLACE = 'export function decodeCheck('

export const SLOWED: Plugin = {
  name: 'slowed',
  setup({ onLoad }) {
    onLoad({ filter: /src\/check\/canonical\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      if (!text.includes(PLACE)) throw new Error('there is no place to slow down any longer: name another')
      const contents = `${text.replace(PLACE, 'function decodeAtFullSpeed(')}
export function decodeCheck(bytes: Uint8Array): Check {
  const until = performance.now() + ${SLOWED_BY_MICROSECONDS / 1000}
  while (performance.now() < until);
  return decodeAtFullSpeed(bytes)
}
`
      return { contents, loader: 'ts' }
    })
  },
}
