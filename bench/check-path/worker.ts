import { parentPort } from 'node:worker_threads'
import { answerOver, portWire, processWire } from './line.js'
import { perform } from './station.js'

// A thread or a process of a trial: does what it is asked until it is ended.
answerOver(parentPort === null ? processWire(process) : portWire(parentPort), perform)
