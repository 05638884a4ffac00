/** Everything that a cursor gives. */
export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const out: Item[] = []
  for await (const item of items) out.push(item)
  return out
}
