// The pure parts, one by one: this file and its tests load nothing of Jupyter.
import { ProblemError } from '@eohub/toolkit/lib/problem';
import type { ICatalogueClient, SearchQuery } from './tokens';

/**
 * Hand the cells of a search to `place`, one after the other. Where there is no code for a catalogue, such as for a
 * folder, those of the others are placed, and then what was said of it is thrown.
 */
export async function insertSearch(
  client: ICatalogueClient,
  queries: readonly SearchQuery[],
  place: (source: string) => Promise<void>
): Promise<void> {
  const { cells, refusals } = await client.searchCode(queries);
  for (const cell of cells) {
    await place(cell);
  }
  if (refusals.length > 0) {
    throw new ProblemError({ code: 'nothing_to_open', detail: refusals.join(' ') });
  }
}
