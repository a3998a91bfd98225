import { request } from '@eohub/toolkit';
import { ServerConnection } from '@jupyterlab/services';
import type {
  CodeQuery,
  CubeDescription,
  DescribeQuery,
  Estimate,
  EstimateQuery,
  ICubesClient,
  Located,
  LocateQuery,
  NotebookCode,
  Preview,
  PreviewQuery,
  Series,
  SeriesQuery,
  VirtualJob,
  VirtualJobs,
  VirtualQuery
} from './tokens';

const ROOT = 'eohub/cubes';

/** The only place that knows the addresses of the pod's routes. */
export class CubesClient implements ICubesClient {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  describe(query: DescribeQuery, signal: AbortSignal): Promise<CubeDescription> {
    return this.post<CubeDescription>('describe', query, signal);
  }

  estimate(query: EstimateQuery, signal: AbortSignal): Promise<Estimate> {
    return this.post<Estimate>('estimate', query, signal);
  }

  preview(query: PreviewQuery, signal: AbortSignal): Promise<Preview> {
    return this.post<Preview>('preview', query, signal);
  }

  series(query: SeriesQuery, signal: AbortSignal): Promise<Series> {
    return this.post<Series>('series', query, signal);
  }

  locate(query: LocateQuery, signal: AbortSignal): Promise<Located> {
    return this.post<Located>('locate', query, signal);
  }

  async code(query: CodeQuery): Promise<string> {
    return (await this.post<NotebookCode>('code', query)).source;
  }

  makeVirtual(query: VirtualQuery): Promise<VirtualJob> {
    return this.post<VirtualJob>('virtual', query);
  }

  async virtualJobs(signal: AbortSignal): Promise<readonly VirtualJob[]> {
    return (await request<VirtualJobs>(`${ROOT}/virtual`, { signal }, this.settings)).jobs;
  }

  makeVirtualAgain(id: string): Promise<VirtualJob> {
    return request<VirtualJob>(
      `${ROOT}/virtual/${encodeURIComponent(id)}/again`,
      { method: 'POST' },
      this.settings
    );
  }

  cancelVirtual(id: string): Promise<VirtualJob> {
    const path = `${ROOT}/virtual/${encodeURIComponent(id)}`;
    return request<VirtualJob>(path, { method: 'DELETE' }, this.settings);
  }

  private post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
    return request<T>(
      `${ROOT}/${path}`,
      { method: 'POST', body, ...(signal ? { signal } : {}) },
      this.settings
    );
  }
}
