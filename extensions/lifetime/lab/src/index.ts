import { client } from './plugins/client';
import { commands } from './plugins/commands';
import { session } from './plugins/session';
import { warning } from './plugins/warning';

export * from './tokens';
export default [client, session, warning, commands];
