/** The settings of the identity provider: read once, checked whole, never a misspelt variable unnoticed. */

import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { join } from 'node:path';

const PREFIX = 'EOHUB_IDENTITY_';
const SHORTEST_SECRET = 32;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** A setting is unknown, missing or wrong; the message is one sentence that names its variable. */
export class SettingsError extends Error {}

/**
 * @typedef {object} Settings
 * @property {string} host loopback address to listen on
 * @property {number} port TCP port, 1 to 65535
 * @property {string} issuer origin that tokens name as their issuer, without a slash at the end
 * @property {string} stateDir folder for keys and the database
 * @property {string} accountsFile JSON file with the accounts
 * @property {string} clientId the hub's name here
 * @property {string} clientSecret the hub's secret here
 * @property {string[]} redirectUris where the hub receives people after login
 * @property {string[]} postLogoutRedirectUris where people go after logout
 */

/**
 * Every variable this program reads, with a description; each is in the operator guide.
 * @type {Record<string, string>}
 */
export const VARIABLES = {
  EOHUB_IDENTITY_HOST: 'Loopback address to listen on',
  EOHUB_IDENTITY_PORT: 'TCP port to listen on',
  EOHUB_IDENTITY_ISSUER: 'Issuer named in tokens',
  EOHUB_IDENTITY_STATE_DIR: 'Folder for keys and sessions',
  EOHUB_IDENTITY_ACCOUNTS_FILE: 'JSON file with the accounts',
  EOHUB_IDENTITY_CLIENT_ID: "The hub's client id",
  EOHUB_IDENTITY_CLIENT_SECRET_FILE: "File with the hub's client secret",
  EOHUB_IDENTITY_REDIRECT_URIS: 'Comma-separated callback URLs of the hub',
  EOHUB_IDENTITY_POST_LOGOUT_REDIRECT_URIS:
    'Comma-separated URLs of the hub to return to after logout'
};

/**
 * Whether `host` names this machine only.
 * @param {string} host address, `localhost`, or a bracketed IPv6 address
 * @returns {boolean} true for 127.0.0.0/8, ::1 and localhost
 */
export function isLoopback(host) {
  const address = host.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(address);
  if (family === 0) return address === 'localhost';
  return loopback.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Build the settings from environment variables; throws SettingsError.
 * @param {Record<string, string | undefined>} environ the process environment
 * @returns {Readonly<Settings>} frozen settings
 */
export function readSettings(environ) {
  refuseUnknown(environ);
  const host = environ[`${PREFIX}HOST`] || '127.0.0.1';
  if (!isLoopback(host)) {
    throw new SettingsError(
      `${PREFIX}HOST is ${JSON.stringify(host)}, but the embedded identity provider serves this machine only: use 127.0.0.1.`
    );
  }
  const port = portOf(environ[`${PREFIX}PORT`] || '8003');
  const stateDir = required(environ, 'STATE_DIR');
  return Object.freeze({
    host,
    port,
    issuer: issuerOf(environ[`${PREFIX}ISSUER`] || `http://${host}:${port}`),
    stateDir,
    accountsFile: environ[`${PREFIX}ACCOUNTS_FILE`] || join(stateDir, 'accounts.json'),
    clientId: environ[`${PREFIX}CLIENT_ID`] || 'eohub',
    clientSecret: secretIn(required(environ, 'CLIENT_SECRET_FILE')),
    redirectUris: urls(environ, 'REDIRECT_URIS'),
    postLogoutRedirectUris: urls(environ, 'POST_LOGOUT_REDIRECT_URIS')
  });
}

/** @param {Record<string, string | undefined>} environ */
function refuseUnknown(environ) {
  for (const name of Object.keys(environ).sort()) {
    if (name.startsWith(PREFIX) && !(name in VARIABLES)) {
      const known = Object.keys(VARIABLES).join(', ');
      throw new SettingsError(
        `${name} is not a setting of the identity provider; it knows ${known}.`
      );
    }
  }
}

/**
 * @param {Record<string, string | undefined>} environ
 * @param {string} name
 */
function required(environ, name) {
  const value = environ[PREFIX + name];
  if (!value) throw new SettingsError(`${PREFIX}${name} is not set: ${VARIABLES[PREFIX + name]}.`);
  return value;
}

/** @param {string} text */
function portOf(text) {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) {
    throw new SettingsError(
      `${PREFIX}PORT is ${JSON.stringify(text)}, not a port between 1 and 65535.`
    );
  }
  return port;
}

/** @param {string} text */
function issuerOf(text) {
  const url = URL.parse(text);
  const plain = url !== null && url.protocol === 'http:' && `${url.origin}/` === url.href;
  if (!plain || !isLoopback(url.hostname)) {
    throw new SettingsError(
      `${PREFIX}ISSUER is ${JSON.stringify(text)}, not an http URL of this machine without a path, such as http://127.0.0.1:8003.`
    );
  }
  return url.origin;
}

/**
 * @param {Record<string, string | undefined>} environ
 * @param {string} name
 */
function urls(environ, name) {
  const list = required(environ, name)
    .split(',')
    .map(part => part.trim())
    .filter(Boolean);
  for (const text of list) {
    const url = URL.parse(text);
    if (url === null || !['http:', 'https:'].includes(url.protocol) || url.hash) {
      throw new SettingsError(
        `${PREFIX}${name} holds ${JSON.stringify(text)}, which is not an http or https URL.`
      );
    }
  }
  if (list.length === 0) throw new SettingsError(`${PREFIX}${name} holds no URL.`);
  return list;
}

/** @param {string} path */
function secretIn(path) {
  let secret;
  try {
    secret = readFileSync(path, 'utf8').trim();
  } catch (error) {
    const reason = /** @type {NodeJS.ErrnoException} */ (error).code;
    throw new SettingsError(`${PREFIX}CLIENT_SECRET_FILE cannot be read (${reason}): ${path}.`);
  }
  if (secret.length < SHORTEST_SECRET) {
    throw new SettingsError(
      `${PREFIX}CLIENT_SECRET_FILE holds fewer than ${SHORTEST_SECRET} characters: ${path}.`
    );
  }
  return secret;
}
