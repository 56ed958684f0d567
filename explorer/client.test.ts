import { expect, it, vi } from 'vitest';
import { ask } from './client.ts';

it.each([new TypeError('Failed to fetch'), new DOMException('signal timed out', 'TimeoutError')])(
  'says of %j that the gateway does not answer',
  async (error) => {
    vi.stubGlobal('location', new URL('http://gateway:4000/'));
    vi.stubGlobal('fetch', () => Promise.reject(error));
    await expect(ask('{ topics { name } }')).rejects.toThrow('The gateway at gateway:4000 does not answer.');
    vi.unstubAllGlobals();
  },
);
