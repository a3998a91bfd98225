import { address } from './plugins/address';
import { client } from './plugins/client';
import { files } from './plugins/files';
import { view } from './plugins/view';
import { virtual } from './plugins/virtual';

export * from './tokens';
export default [client, view, address, files, virtual];
