import { client } from './plugins/client';
import { commands } from './plugins/commands';
import { drive } from './plugins/drive';
import { panel } from './plugins/panel';
import { session } from './plugins/session';

export * from './tokens';
export default [client, drive, session, panel, commands];
