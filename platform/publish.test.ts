import { type Kafka, KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } from 'kafkajs';
import { expect, test } from 'vitest';
import { Publisher } from './publish.ts';

test('a producer with which the broker does not agree about what came before is given up, and another takes over', async () => {
  const type = 'OUT_OF_ORDER_SEQUENCE_NUMBER';
  const refusal = Object.assign(new Error('out of order'), { type }) as unknown as KafkaJSProtocolError;
  const ends: number[] = [];
  let made = 0;
  const producer = () => {
    const number = ++made;
    return {
      connect: async () => {},
      disconnect: async () => void ends.push(number),
      send: async () => {
        if (number === 1) throw new KafkaJSNumberOfRetriesExceeded(refusal, { retryCount: 8, retryTime: 1 });
        return [{ partition: 0, baseOffset: '7' }];
      },
    };
  };
  const publisher = new Publisher({ producer } as unknown as Kafka, '');
  await expect(publisher.publish('a.topic', [{ value: 'x' }])).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
  expect(ends).toEqual([1]);
  expect(await publisher.publish('a.topic', [{ value: 'x' }])).toEqual([7]);
  await publisher.close();
  expect(ends).toEqual([1, 2]);
});
