import { build, type Options } from 'tsup'
import { SLOWED, UNSIGNED } from './check-path/builds.js'

// As the package is built. `tsx`, which runs the other benchmarks, keeps the names of functions by setting one each time a
// function is made, and what is timed here would then be that.
const AS_PUBLISHED: Options = {
  outDir: '.tmp/bench',
  format: 'esm',
  target: 'node20',
  skipNodeModulesBundle: true,
  silent: true,
  config: false,
}

// `bench/build.ts check-path` builds no more than that.
const isAll = process.argv[2] !== 'check-path'
if (isAll)
  await build({
    ...AS_PUBLISHED,
    entry: {
      policy: 'bench/policy.ts',
      matching: 'bench/matching.ts',
      lookups: 'bench/lookups.ts',
      seal: 'bench/seal.ts',
      custodian: 'bench/seal/custodian.ts',
    },
  })

// Each whole: the hash of one file says whether the code that made a store is still the same.
await build({
  ...AS_PUBLISHED,
  splitting: false,
  entry: {
    'check-path': 'bench/check-path.ts',
    prepare: 'bench/check-path/prepare.ts',
    worker: 'bench/check-path/worker.ts',
    peer: 'bench/peers/worker.ts',
    year: 'bench/year.ts',
  },
})

const WORKER: Options = { ...AS_PUBLISHED, splitting: false, entry: { worker: 'bench/check-path/worker.ts' } }
await build({ ...WORKER, outDir: '.tmp/bench/unsigned', esbuildPlugins: [UNSIGNED] })
await build({ ...WORKER, outDir: '.tmp/bench/slowed', esbuildPlugins: [SLOWED] })
