import { describe, expect, it } from 'vitest';
import { Browse } from '../src/browse';
import { LARGEST_UPLOAD } from '../src/panel/format';
import type { Location } from '../src/state';
import { Uploads } from '../src/uploads';
import { MemoryClient, NO_RIGHT, OWN } from './fakes';

const HERE: Location = { place: OWN, prefix: 'alice/' };

function world(mayReplace = true) {
  const client = new MemoryClient('users/alice/old.txt');
  const { store } = new Browse(client);
  const uploaded: Location[] = [];
  const uploads = new Uploads(
    client,
    store,
    () => Promise.resolve(mayReplace),
    location => uploaded.push(location)
  );
  return { client, store, uploads, uploaded };
}

const file = (name: string, content = 'new') => new File([content], name);

describe('uploads', () => {
  it('go one after the other, and leave no row when they have arrived', async () => {
    const { client, store, uploads, uploaded } = world();
    await uploads.add(HERE, [file('a'), file('b')]);
    expect(client.asked).toEqual(['upload alice/a', 'upload alice/b']);
    expect(store.get().uploads).toEqual([]);
    expect(uploaded).toEqual([HERE, HERE]);
  });

  it('tell how far they are', async () => {
    const { client, store, uploads } = world();
    const seen: number[] = [];
    client.onUpload = async options => {
      options.onProgress(2);
      seen.push(store.get().uploads[0]?.sent ?? -1);
    };
    await uploads.add(HERE, [file('a')]);
    expect(seen).toEqual([2]);
  });

  it('that are cancelled end, and the next begins', async () => {
    const { client, store, uploads } = world();
    client.onUpload = async () => uploads.cancel(1);
    await uploads.add(HERE, [file('a'), file('b')]);
    expect(client.held.has('users/alice/a')).toBe(false);
    expect(client.asked).toEqual(['upload alice/a', 'upload alice/b']);
    expect(store.get().uploads).toEqual([]);
  });

  it('that wait can be cancelled before they begin', async () => {
    const { client, uploads } = world();
    client.onUpload = async () => uploads.cancel(2);
    await uploads.add(HERE, [file('a'), file('b')]);
    expect(client.asked).toEqual(['upload alice/a']);
  });

  it('that fail stay with their reason until they are dismissed', async () => {
    const { client, store, uploads, uploaded } = world();
    client.failure = NO_RIGHT;
    await uploads.add(HERE, [file('a')]);
    expect(store.get().uploads[0]?.problem?.detail).toContain('no right');
    expect(uploaded).toEqual([]);
    uploads.cancel(1);
    expect(store.get().uploads).toEqual([]);
  });

  it('ask before they replace an object', async () => {
    const { client, uploads } = world(true);
    await uploads.add(HERE, [file('old.txt')]);
    expect(client.asked).toEqual(['upload alice/old.txt', 'upload alice/old.txt replacing']);
    expect(client.held.get('users/alice/old.txt')).toBe('new');
  });

  it('keep the object where the person says so', async () => {
    const { client, store, uploads } = world(false);
    await uploads.add(HERE, [file('old.txt')]);
    expect(client.held.get('users/alice/old.txt')).toBe('x');
    expect(store.get().uploads).toEqual([]);
  });

  it('of what one request cannot carry are refused with another way', async () => {
    const { client, store, uploads } = world();
    const huge = Object.defineProperty(file('huge'), 'size', { value: LARGEST_UPLOAD + 1 });
    await uploads.add(HERE, [huge]);
    expect(client.asked).toEqual([]);
    expect(store.get().uploads[0]?.problem?.hint).toContain('boto3');
  });
});
