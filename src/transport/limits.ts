/** Largest message and largest reply. Evidence has at most 2 MiB, and as JSON in HPKE less than twice that. */
export const MESSAGE_BYTES_MAX: number = 8 * 1024 * 1024

export const MESSAGE_TYPE = 'application/octet-stream'
