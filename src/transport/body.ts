export const MESSAGE_TYPE = 'application/octet-stream'

/** All bytes of a stream; undefined where they are more than `most`, the rest of which is not read. */
export async function collect(stream: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > most) return undefined
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
