import { address } from './plugins/address';
import { client } from './plugins/client';
import { view } from './plugins/view';

export * from './tokens';
export default [client, view, address];
