import type { IStorageClient, ObjectPath } from './tokens';

/** Delete an object, or all below a prefix, a thousand at a time; returns how many there were. */
export async function removeAll(
  client: Pick<IStorageClient, 'remove'>,
  path: ObjectPath
): Promise<number> {
  let count = 0;
  for (;;) {
    const removed = await client.remove(path);
    count += removed.count;
    // A store that says there is more and takes nothing would keep us here for ever.
    if (removed.is_all || removed.count === 0) {
      return count;
    }
  }
}
