import { addressFault } from './state';
import type { VirtualJob, VirtualQuery, VirtualRefusal } from './tokens';

/** What a person has typed for a virtual cube. */
export interface VirtualDraft {
  /** Files, one address a line. */
  readonly addresses: string;
  readonly join: string;
  readonly target: string;
}

export const EMPTY_DRAFT: VirtualDraft = { addresses: '', join: 'time', target: '' };

/** What of a draft is in the arguments of a command. */
export function draftOf(given: Readonly<Record<string, unknown>>): Partial<VirtualDraft> {
  const { addresses, join, target } = given;
  const isList = Array.isArray(addresses) && addresses.every(each => typeof each === 'string');
  return {
    ...(isList ? { addresses: addresses.join('\n') } : {}),
    ...(typeof join === 'string' ? { join } : {}),
    ...(typeof target === 'string' ? { target } : {})
  };
}

/** Why a field cannot be used as it is, a sentence each. */
export type Faults = { readonly [K in keyof VirtualDraft]: string | null };

const FIELDS = ['addresses', 'join', 'target'] as const;

/** What is asked of the server for a draft without faults. */
export function queryOf({ addresses, join, target }: VirtualDraft): VirtualQuery {
  return { addresses: listedIn(addresses), join: join.trim(), target: target.trim() };
}

/** Addresses as they were listed, one a line. */
export function listedIn(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(line => line !== '');
}

/** What is wrong in each field of a draft. */
export function faultsOf(draft: VirtualDraft): Faults {
  const { addresses, join, target } = queryOf(draft);
  return {
    addresses: listFault(addresses),
    join: join === '' ? 'Type the name of a dimension, such as time.' : null,
    target: targetFault(target)
  };
}

/** The first field that has a fault. */
export function firstFault(faults: Faults): keyof VirtualDraft | null {
  return FIELDS.find(field => faults[field] !== null) ?? null;
}

function listFault(addresses: readonly string[]): string | null {
  if (addresses.length === 0) {
    return 'List the files, one address a line.';
  }
  const seen = new Set<string>();
  for (const address of addresses) {
    const fault = seen.has(address) ? 'It is listed twice.' : addressFault(address);
    if (fault !== null) {
      return `${address}: ${fault}`;
    }
    seen.add(address);
  }
  return null;
}

function targetFault(target: string): string | null {
  if (target === '' || /^https?:/.test(target)) {
    return 'Type an s3:// address, or a path on this server.';
  }
  if (!/^(s3:\/\/[^/]+\/|(?!s3:))(.*\/)?[^/]+\.icechunk$/.test(target)) {
    return 'Its last part is a name that ends in .icechunk, such as sst.icechunk.';
  }
  return addressFault(target);
}

/** The last part of an address. */
export function nameOf(address: string): string {
  return address.split('/').at(-1) || address;
}

/** How far one is, in a few words. */
export function progressText({ state, files, files_read }: VirtualJob): string {
  const all = files.toLocaleString('en');
  switch (state) {
    case 'running': {
      const read = `${files_read.toLocaleString('en')} of ${all} files read`;
      return files_read < files ? read : `${read}, joining them`;
    }
    case 'done':
      return `made of ${all} ${files === 1 ? 'file' : 'files'}`;
    case 'refused':
      return 'not made';
    default:
      return state;
  }
}

/** What a refusal says, without the file's name before it. */
export function reasonOf({ address, text }: VirtualRefusal): string {
  const before = `${nameOf(address)}: `;
  return text.startsWith(before) ? text.slice(before.length) : text;
}

/** Refusals as lines of a table, to be put into a message or a sheet. */
export function refusalsText({ refusals }: VirtualJob): string {
  const lines = refusals.map(each =>
    [each.address, each.variable ?? '', each.aspect, reasonOf(each)].join('\t')
  );
  return ['file\tvariable\taspect\treason', ...lines].join('\n');
}

/** The addresses of a draft without those that were refused, whose paths the server made whole. */
export function withoutRefused({ addresses }: VirtualDraft, { refusals }: VirtualJob): string {
  const isRefused = (listed: string) =>
    refusals.some(
      ({ address }) => address === listed || address.endsWith(`/${listed.replace(/^(~|\.)\//, '')}`)
    );
  return listedIn(addresses)
    .filter(address => !isRefused(address))
    .join('\n');
}
