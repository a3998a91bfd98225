import { client } from './plugins/client';

export * from './tokens';
export default [client];
