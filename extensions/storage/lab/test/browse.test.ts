import { describe, expect, it } from 'vitest';
import { Browse } from '../src/browse';
import { removeAll } from '../src/remove';
import { above, crumbs, s3Path } from '../src/state';
import { MemoryClient, NO_RIGHT, OWN } from './fakes';

function many(count: number): MemoryClient {
  const names = Array.from({ length: count }, (_, index) => String(index).padStart(5, '0'));
  return new MemoryClient(...names.map(name => `users/alice/${name}`));
}

describe('walking', () => {
  it('asks for the places once, and for no object before a place is entered', async () => {
    const client = many(3);
    const browse = new Browse(client);
    await browse.begin();
    await browse.begin();
    expect(client.asked).toEqual(['places']);
    expect(browse.store.get().places).toHaveLength(2);
  });

  it('shows folders before objects, by the part of their name below the folder', async () => {
    const browse = new Browse(new MemoryClient('users/alice/b', 'users/alice/z/1', 'users/bob/x'));
    await browse.enter(OWN);
    expect(browse.store.get().rows.map(row => [row.kind, row.name])).toEqual([
      ['prefix', 'z'],
      ['object', 'b']
    ]);
  });

  it('goes up to the place, and from there to the places', async () => {
    const browse = new Browse(new MemoryClient('users/alice/a/b/c'));
    await browse.go({ place: OWN, prefix: 'alice/a/b/' });
    await browse.up();
    expect(browse.store.get().location?.prefix).toBe('alice/a/');
    await browse.up();
    await browse.up();
    expect(browse.store.get().location).toBeNull();
  });

  it('forgets what a later wish has overtaken', async () => {
    const browse = new Browse(new MemoryClient('users/alice/a/1', 'users/alice/b/2'));
    const first = browse.go({ place: OWN, prefix: 'alice/a/' });
    const second = browse.go({ place: OWN, prefix: 'alice/b/' });
    await Promise.all([first, second]);
    expect(browse.store.get().rows.map(row => row.key)).toEqual(['alice/b/2']);
    expect(browse.store.get().loading).toBe(false);
    expect(browse.store.get().problem).toBeNull();
  });

  it('says what went wrong and tries again', async () => {
    const client = many(1);
    const browse = new Browse(client);
    client.failure = NO_RIGHT;
    await browse.enter(OWN);
    expect(browse.store.get().problem?.detail).toContain('no right');
    client.failure = null;
    await browse.reload();
    expect(browse.store.get().problem).toBeNull();
    expect(browse.store.get().rows).toHaveLength(1);
  });
});

describe('ten thousand names', () => {
  it('are asked for a page at a time, each once', async () => {
    const client = many(10_000);
    const browse = new Browse(client);
    await browse.enter(OWN);
    expect(browse.store.get().rows).toHaveLength(200);
    expect(client.asked).toHaveLength(1);
    while (browse.store.get().next !== null) {
      await browse.more();
    }
    expect(client.asked).toHaveLength(50);
    expect(new Set(browse.store.get().rows.map(row => row.key)).size).toBe(10_000);
  });

  it('are not asked for twice by an impatient person', async () => {
    const client = many(1_000);
    const browse = new Browse(client);
    await browse.enter(OWN);
    await Promise.all([browse.more(), browse.more(), browse.more()]);
    expect(client.asked).toHaveLength(2);
    expect(browse.store.get().rows).toHaveLength(400);
  });

  it('keep what is there when a later page fails', async () => {
    const client = many(1_000);
    const browse = new Browse(client);
    await browse.enter(OWN);
    client.failure = NO_RIGHT;
    await browse.more();
    expect(browse.store.get().rows).toHaveLength(200);
    expect(browse.store.get().problem).not.toBeNull();
  });
});

describe('rows', () => {
  it('that are deleted leave the selection on their neighbour', async () => {
    const browse = new Browse(many(3));
    await browse.enter(OWN);
    browse.select('alice/00001');
    browse.forget('alice/00001');
    expect(browse.selected()?.key).toBe('alice/00002');
    browse.forget('alice/00002');
    expect(browse.selected()?.key).toBe('alice/00000');
  });

  it('are deleted to the last, a thousand at a time', async () => {
    const client = many(2_500);
    expect(await removeAll(client, { bucket: 'users', key: 'alice/' })).toBe(2_500);
    expect(client.asked).toHaveLength(3);
  });

  it('that a store never gives up do not keep the panel for ever', async () => {
    const client = { remove: () => Promise.resolve({ count: 0, is_all: false }) };
    expect(await removeAll(client, { bucket: 'users', key: 'alice/' })).toBe(0);
  });
});

describe('paths', () => {
  it('lead from the place down to where we are', () => {
    const location = { place: OWN, prefix: 'alice/a b/c/' };
    expect(crumbs(location)).toEqual([
      { name: 'My data', prefix: 'alice/' },
      { name: 'a b', prefix: 'alice/a b/' },
      { name: 'c', prefix: 'alice/a b/c/' }
    ]);
    expect(above(location)?.prefix).toBe('alice/a b/');
    expect(above({ place: OWN, prefix: 'alice/' })).toBeNull();
  });

  it('are those that libraries take', () => {
    expect(s3Path('users', 'alice/a b/')).toBe('s3://users/alice/a b/');
  });
});
