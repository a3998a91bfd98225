import { describe, expect, it } from 'vitest';
import { localPath, objectPath, S3Drive } from '../src/drive';
import { MemoryClient } from './fakes';

const SETTINGS = {} as ConstructorParameters<typeof S3Drive>[1];
const drive = (client: MemoryClient) => new S3Drive(client, SETTINGS);

describe('paths', () => {
  it.each(['users/alice/a', 'users/alice/a b/ü.txt', 'climate/x'])('%s is an object', local => {
    expect(localPath(objectPath(local))).toBe(local);
  });

  it.each(['', 'users', 'users/', 'users/alice/'])('%s is none', local => {
    expect(() => objectPath(local)).toThrow(/is no object in S3/);
  });
});

describe('documents', () => {
  it('are text as it is', async () => {
    const client = new MemoryClient();
    client.held.set('users/alice/a.txt', 'Grüße');
    const model = await drive(client).get('users/alice/a.txt');
    expect(model).toMatchObject({ type: 'file', format: 'text', content: 'Grüße', name: 'a.txt' });
  });

  it('are notebooks where their name says so', async () => {
    const client = new MemoryClient();
    client.held.set('users/alice/a.ipynb', '{"cells":[]}');
    const model = await drive(client).get('users/alice/a.ipynb');
    expect(model).toMatchObject({ type: 'notebook', format: 'json', content: { cells: [] } });
  });

  it('that only pretend to be a notebook are refused in words', async () => {
    const client = new MemoryClient('users/alice/a.ipynb');
    await expect(drive(client).get('users/alice/a.ipynb')).rejects.toThrow(
      /called like a notebook/
    );
  });

  it('are described without their content where nobody wants it', async () => {
    const client = new MemoryClient('users/alice/a.txt');
    const model = await drive(client).get('users/alice/a.txt', { content: false });
    expect(model).toMatchObject({ content: null, size: 1 });
  });

  it('are saved as they came', async () => {
    const client = new MemoryClient();
    const changed: string[] = [];
    const s3 = drive(client);
    s3.fileChanged.connect((_, change) => changed.push(change.type));
    await s3.save('users/alice/a.txt', { format: 'text', content: 'Grüße' });
    await s3.save('users/alice/a.ipynb', { format: 'json', content: { cells: [] } });
    await s3.save('users/alice/a.bin', { format: 'base64', content: btoa('\xff\x00') });
    expect(client.held.get('users/alice/a.txt')).toBe('Grüße');
    expect(JSON.parse(client.held.get('users/alice/a.ipynb') ?? '')).toEqual({ cells: [] });
    expect(client.held.get('users/alice/a.bin')).toHaveLength(2);
    expect(changed).toEqual(['save', 'save', 'save']);
  });
});

describe('the drive', () => {
  it('walks no folder, which may have more names than an editor could bear', async () => {
    const client = new MemoryClient('users/alice/a');
    const model = await drive(client).get('users/alice', { type: 'directory' });
    expect(model.content).toEqual([]);
    expect(client.asked).toEqual([]);
  });

  it('renames within a bucket only', async () => {
    const client = new MemoryClient('users/alice/a');
    await drive(client).rename('users/alice/a', 'users/alice/b');
    expect(client.asked[0]).toBe('move alice/a to alice/b');
    await expect(drive(client).rename('users/alice/a', 'climate/a')).rejects.toThrow(/bucket/);
  });

  it('has no checkpoints and says so', async () => {
    const s3 = drive(new MemoryClient());
    expect(await s3.listCheckpoints()).toEqual([]);
    await expect(s3.restoreCheckpoint()).rejects.toThrow(/no checkpoints/);
  });

  it('deletes an object', async () => {
    const client = new MemoryClient('users/alice/a');
    await drive(client).delete('users/alice/a');
    expect([...client.held.keys()]).toEqual([]);
  });
});
