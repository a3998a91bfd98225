import { Token } from '@lumino/coreutils';
import type { components } from './api.gen';

type Schemas = components['schemas'];

export type Ending = Schemas['Ending'];
export type ServerLifetime = Schemas['ServerLifetime'];

/** Asks the user's Jupyter server when it ends. */
export interface ILifetimeClient {
  status(): Promise<ServerLifetime>;
  /** Keep the server for longer, where its policy allows it. */
  keep(): Promise<ServerLifetime>;
}

export const ILifetimeClient = new Token<ILifetimeClient>(
  '@eohub/lifetime:ILifetimeClient',
  'Knows when this server ends.'
);
