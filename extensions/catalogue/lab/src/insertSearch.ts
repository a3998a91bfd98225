// The pure parts, one by one: this file and its tests load nothing of Jupyter.
import type { ICatalogueClient, SearchQuery } from './tokens';

/**
 * Hand the cell of each query to `place`, one after the other, once all of them are written. Where there is no
 * code for one, such as for a folder, the others are placed, and then what was said of it is thrown.
 */
export async function insertSearch(
  client: ICatalogueClient,
  queries: readonly SearchQuery[],
  place: (source: string) => Promise<void>
): Promise<void> {
  const { signal } = new AbortController();
  const written = await Promise.allSettled(queries.map(each => client.searchCode(each, signal)));
  for (const each of written) {
    if (each.status === 'fulfilled') {
      await place(each.value);
    }
  }
  const refused = written.find(each => each.status === 'rejected');
  if (refused) {
    throw refused.reason;
  }
}
