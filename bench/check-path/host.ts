import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { MessagePort, Worker } from 'node:worker_threads'
import { Caller, processWire } from './line.js'
import type { Methods } from './station.js'

/**
 * Which code a station runs: as it is published, without signatures of messages and batches, or slowed down at one place. The last two
 * are made by `bench/build.ts` and exist nowhere else.
 */
export type Build = 'published' | 'unsigned' | 'slowed'

/** A thread or a process that does what trials ask of it. */
export interface Station {
  ask<Name extends keyof Methods>(name: Name, ...args: Parameters<Methods[Name]>): ReturnType<Methods[Name]>
  end(): Promise<void>
}

export interface StationProcess extends Station {
  /** Ends it as a power cut would. */
  kill(): Promise<void>
}

function fileOf(build: Build): URL {
  return new URL(build === 'published' ? './worker.js' : `./${build}/worker.js`, import.meta.url)
}

export function startThread(build: Build = 'published'): Station {
  const worker = new Worker(fileOf(build))
  const caller = new Caller({
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    onMessage: (listener) => worker.on('message', listener),
  })
  worker.on('error', (error) => caller.end(String(error.stack)))
  worker.on('exit', () => caller.end('the thread has ended'))
  return { ask: asking(caller), end: async () => void (await worker.terminate()) }
}

export function startProcess(build: Build = 'published'): StationProcess {
  const child: ChildProcess = fork(fileOf(build), { serialization: 'advanced', execArgv: ['--expose-gc'] })
  const caller = new Caller(processWire(child))
  const exited = once(child, 'exit')
  // What fails in between must not leave anybody waiting for it.
  const killNow = (): void => void child.kill('SIGKILL')
  process.once('exit', killNow)
  child.on('exit', () => {
    process.off('exit', killNow)
    caller.end('the process has ended')
  })
  return {
    ask: asking(caller),
    async end() {
      child.kill()
      await exited
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

function asking(caller: Caller): Station['ask'] {
  return ((name: string, ...args: readonly unknown[]) => {
    const transfer = args.filter((arg) => arg instanceof MessagePort)
    return caller.call(name, args, transfer)
  }) as Station['ask']
}
