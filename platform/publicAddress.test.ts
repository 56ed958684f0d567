import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPublicAddress, NotPublic, publicLookup, type Resolve } from './publicAddress.ts';

test.each([
  ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.100.100.200', '100.127.255.255'],
  ...['127.0.0.1', '127.255.255.254', '168.63.129.16', '169.254.169.254', '172.16.0.1', '172.31.255.255'],
  ...['192.0.0.192', '192.0.2.1', '192.168.0.1', '198.18.0.1', '198.19.255.255', '203.0.113.9', '224.0.0.1'],
  ...['239.255.255.255', '240.0.0.1', '255.255.255.255'],
  ...['::', '::1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8', '::ffff:0:127.0.0.1'],
  ...['64:ff9b::7f00:1', '64:ff9b:1::1', '100::1', '2001::1', '2001:db8::1', '2002:7f00:1::', '3fff::1', '5f00::1'],
  ...['fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%lo', 'fec0::1', 'ff02::1'],
  ...['', 'localhost', '127.1', '0x7f.0.0.1', '2130706433', '8.8.8.8 ', '[::1]', '8.8.8.8:80'],
])('%s is not public', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each([
  ...[
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.1',
  ],
  ...[
    '168.63.129.17',
    '169.253.255.255',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '223.255.255.255',
  ],
  ...['2606:4700:4700::1111', '2001:4860:4860::8888', '2a00:1450:4001::1'],
])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

describe('a name is looked up', () => {
  const look = (answers: string[], options = {}) =>
    new Promise<{ error: unknown; addresses: unknown; family?: number }>((resolve) => {
      const answer: Resolve = (_, asked, callback) => {
        expect(asked.all).toBe(true);
        callback(
          null,
          answers.map((address) => ({ address, family: isIP(address) })),
        );
      };
      publicLookup(answer)('api.example', options, (error, addresses, family) => resolve({ error, addresses, family }));
    });

  test('to the address that was checked, in either way that sockets ask', async () => {
    expect(await look(['8.8.8.8', '2606:4700::1'])).toEqual({ error: null, addresses: '8.8.8.8', family: 4 });
    expect(await look(['2606:4700::1', '8.8.8.8'], { all: true })).toMatchObject({
      error: null,
      addresses: [
        { address: '2606:4700::1', family: 6 },
        { address: '8.8.8.8', family: 4 },
      ],
    });
  });

  test('in vain when one of its addresses is not public, wherever that stands', async () => {
    const address = fc.constantFrom('8.8.8.8', '2606:4700::1', '1.1.1.1');
    const bad = fc.constantFrom('127.0.0.1', '::1', '::ffff:10.0.0.1', '169.254.169.254');
    await fc.assert(
      fc.asyncProperty(fc.array(address), bad, fc.array(address), fc.boolean(), async (before, one, after, all) => {
        const { error } = await look([...before, one, ...after], { all });
        expect(error).toBeInstanceOf(NotPublic);
        expect((error as Error).message).not.toContain(one);
      }),
    );
  });

  test('in vain when it has none', async () => {
    expect((await look([])).error).toEqual(new Error('api.example has no address'));
  });
});
