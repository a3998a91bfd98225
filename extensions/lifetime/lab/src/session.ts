import { Token } from '@lumino/coreutils';
import type { LifetimeWatch } from './watch';

/** What the warning and the commands do, for the plugins of this extension only. */
export interface ILifetimeSession {
  readonly watch: LifetimeWatch;
  /** Keep the server for longer and say how that went. */
  keep(): void;
  /** Save every open document. */
  saveAll(): void;
}

export const ILifetimeSession = new Token<ILifetimeSession>(
  '@eohub/lifetime:ILifetimeSession',
  'What is known of the end of this server.'
);
