import { request } from '@eohub/toolkit';
import type { ServerConnection } from '@jupyterlab/services';
import type { components } from './api.gen';
import type {
  CatalogueSource,
  CodeQuery,
  DataStore,
  ICatalogueClient,
  ItemPage,
  SearchQuery
} from './tokens';

type Schemas = components['schemas'];

const ROOT = 'eohub/catalogue';

/** The only place that knows the addresses of the pod's routes. */
export class CatalogueClient implements ICatalogueClient {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  async catalogues(signal: AbortSignal): Promise<readonly CatalogueSource[]> {
    const list = await request<Schemas['CatalogueList']>(
      `${ROOT}/catalogues`,
      { signal },
      this.settings
    );
    return list.catalogues;
  }

  async probe(catalogue: string, signal: AbortSignal): Promise<void> {
    await request<Schemas['Reachable']>(
      `${ROOT}/catalogues/${encodeURIComponent(catalogue)}`,
      { signal },
      this.settings
    );
  }

  dataStore(signal: AbortSignal): Promise<DataStore> {
    return request<DataStore>(`${ROOT}/store`, { signal }, this.settings);
  }

  search(query: SearchQuery, signal: AbortSignal): Promise<ItemPage> {
    return request<ItemPage>(
      `${ROOT}/search`,
      { method: 'POST', body: query, signal },
      this.settings
    );
  }

  async code(query: CodeQuery, signal: AbortSignal): Promise<string> {
    const code = await request<Schemas['NotebookCode']>(
      `${ROOT}/code`,
      { method: 'POST', body: query, signal },
      this.settings
    );
    return code.source;
  }
}
