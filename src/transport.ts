export { type Address, formatAddress, parseAddress } from './transport/address.js'
export { type ConnectedPort, type ConnectOptions, connectPort } from './transport/connect.js'
export { MESSAGE_BYTES_MAX } from './transport/limits.js'
export { type ServeOptions, type Serving, servePort } from './transport/serve.js'
