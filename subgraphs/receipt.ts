import type { Message } from 'kafkajs';
import { Directive, Field, Int, ObjectType } from 'type-graphql';
import type { Publisher } from '../platform/publish.ts';
import { publicTenant, tenantHeaders } from '../schema/tenant.ts';
import { GraphQLCursor } from './scalars.ts';
import type { Streams } from './streams/stream.ts';

@Directive('@shareable')
@ObjectType({
  description:
    'Answer to a mutation: accepted by Kafka. Send `position` as the Read-After header to read your own write.',
})
export class Receipt {
  @Field(() => Int) accepted!: number;
  @Field(() => GraphQLCursor) position!: string;
}

/** Publishes messages of a tenant for somebody who gets a receipt. @throws TributaryError BAD_USER_INPUT, BROKER_UNAVAILABLE */
export async function published(
  { publisher, streams }: { publisher: Publisher; streams: Streams },
  topic: string,
  messages: Message[],
  tenant = publicTenant,
): Promise<Receipt> {
  const whose = tenantHeaders(tenant);
  const position = await publisher.publish(
    topic,
    messages.map((message) => ({ ...message, ...whose })),
  );
  return { accepted: messages.length, position: streams.receipt(topic, position) };
}
