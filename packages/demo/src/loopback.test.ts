import { networkInterfaces } from 'node:os';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort, listenOnLoopback } from './loopback.ts';

const reaches = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('close', () => socket.destroy()).unref();
  });

describe('a loopback server', () => {
  it('is reached on 127.0.0.1 and on no other address of the machine', async () => {
    const server = await listenOnLoopback((_request, response) => void response.end());
    expect(await reaches('127.0.0.1', server.port)).toBe(true);
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter((address) => address.family === 'IPv4' && !address.internal);
    // 127.0.0.2 is loopback too, but another address: it stands in where the machine has no network at all.
    for (const host of ['127.0.0.2', ...others.map((other) => other.address)]) {
      expect(await reaches(host, server.port)).toBe(false);
    }
    await server.close();
  });

  it('outlives a handler that fails', async () => {
    const server = await listenOnLoopback((request, response) => {
      if (request.url === '/fault') throw new Error('a bug');
      response.end('fine');
    });
    await expect(fetch(`${server.url}/fault`)).rejects.toThrow('fetch failed');
    expect(await (await fetch(server.url)).text()).toBe('fine');
    await server.close();
  });

  it('is gone when it has been closed, whoever is still connected', async () => {
    const server = await listenOnLoopback((_request, response) => void response.end());
    await fetch(server.url);
    await server.close();
    expect(await reaches('127.0.0.1', server.port)).toBe(false);
  });

  it('finds a port that can be listened on', async () => {
    expect(await freePort()).toBeGreaterThan(0);
  });
});
