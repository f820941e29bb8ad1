/**
 * A static server for the page: bound to this machine, from a list of files made beforehand, so no path can lead
 * elsewhere.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, relative, sep } from 'node:path';
import { UserError } from '../data/errors.ts';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.zip': 'application/zip',
  '.map': 'application/json',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/** The page has its own policy; this one holds for its workers, too, and keeps it out of other pages' frames. */
const policy =
  "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

export interface ServeOptions {
  folder: string;
  port: number;
  /** Where the page lies: '/' or '/some/path/'. */
  base?: string;
  /** Further files by name, made anew for each request. */
  extra?: Record<string, () => Promise<Uint8Array>>;
}
export interface Serving {
  url: string;
  server: Server;
}

/** The files of a folder by their address. */
function list(folder: string, base: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((f) => f.isFile());
  return new Map(
    files.map((f) => {
      const path = join(f.parentPath, f.name);
      return [base + relative(folder, path).split(sep).join('/'), path];
    }),
  );
}

/** Serves until `server` is closed. Throws UserError where the port is taken or forbidden. */
export function serve({ folder, port, base = '/', extra = {} }: ServeOptions): Promise<Serving> {
  const files = list(folder, base);
  const server = createServer(async (request, response) => {
    const end = (status: number, headers: Record<string, string> = {}, body: string | Uint8Array = ''): void => {
      response.writeHead(status, {
        'Content-Security-Policy': policy,
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
        'Cross-Origin-Resource-Policy': 'same-origin',
        ...headers,
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    try {
      const { port: own } = server.address() as AddressInfo;
      // A foreign name that resolves to this machine must not read the visitor's runs.
      if (![`127.0.0.1:${own}`, `localhost:${own}`].includes(request.headers.host ?? ''))
        return end(421, {}, 'this server answers to 127.0.0.1 only\n');
      if (request.method !== 'GET' && request.method !== 'HEAD') return end(405, { Allow: 'GET, HEAD' });
      const path = new URL(request.url ?? '/', 'http://localhost').pathname;
      if (base !== '/' && `${path}/` === base) return end(301, { Location: base });
      const name = path === base ? `${base}index.html` : path;
      const type = types[extname(name)] ?? 'application/octet-stream';
      const made = extra[name.slice(base.length)];
      if (made && name.startsWith(base))
        return end(200, { 'Content-Type': type, 'Cache-Control': 'no-store' }, await made());
      const file = files.get(name);
      if (!file) return end(404, { 'Content-Type': 'text/plain; charset=utf-8' }, 'not found\n');
      // Hashed names never change their contents; the others are asked for anew.
      const cache = name.startsWith(`${base}assets/`) ? 'public, max-age=31536000, immutable' : 'no-cache';
      end(200, { 'Content-Type': type, 'Cache-Control': cache }, readFileSync(file));
    } catch (error) {
      end(500, { 'Content-Type': 'text/plain; charset=utf-8' }, `${error instanceof Error ? error.message : error}\n`);
    }
  });
  return new Promise((resolve, reject) => {
    server.on('error', (error: NodeJS.ErrnoException) => {
      const why: Record<string, string> = {
        EADDRINUSE: 'is taken by another program',
        EACCES: 'is not for ordinary users',
      };
      reject(
        why[error.code ?? ''] ? new UserError(`port ${port} ${why[error.code!]}: give another with --port`) : error,
      );
    });
    server.listen(port, '127.0.0.1', () =>
      resolve({ server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}` }),
    );
  });
}
