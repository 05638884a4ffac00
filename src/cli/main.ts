#!/usr/bin/env node
import { run } from './program.js'

// A reader that has seen enough (`child-index cases | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2))
process.exitCode = await run(process.argv.slice(2))
