import { request } from '@eohub/toolkit';
import type { ServerConnection } from '@jupyterlab/services';
import type { ILifetimeClient, ServerLifetime } from './tokens';

const ROOT = 'eohub/lifetime';

/** The only place that knows the addresses of the pod's routes. */
export class LifetimeClient implements ILifetimeClient {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  status(): Promise<ServerLifetime> {
    // Jupyter would take the question for a sign that somebody uses the server.
    return request<ServerLifetime>(`${ROOT}/status?no_track_activity=1`, {}, this.settings);
  }

  keep(): Promise<ServerLifetime> {
    return request<ServerLifetime>(`${ROOT}/keep`, { method: 'POST', body: {} }, this.settings);
  }
}
