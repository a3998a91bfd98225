import { client } from './plugins/client';
import { commands } from './plugins/commands';
import { item } from './plugins/item';
import { map } from './plugins/map';
import { panel } from './plugins/panel';
import { session } from './plugins/session';

export * from './tokens';
export default [client, session, map, panel, item, commands];
