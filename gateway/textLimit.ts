import type { GatewayPlugin } from '@graphql-hive/gateway-runtime';
import { GraphQLError } from 'graphql';

/** Longest text of an operation, in characters. Texts are remembered with their plans, a thousand of each. */
const longest = 64 * 1024;

/** Refuses operations of a length that nobody writes, before anything is made of them. */
export function useTextLimit(): GatewayPlugin {
  return {
    onParams({ params, setResult }) {
      const { query } = params as { query?: unknown };
      if (typeof query === 'string' && query.length > longest) setResult({ errors: [tooLong] });
    },
  };
}

const tooLong = new GraphQLError(
  `The operation is longer than ${longest} characters. Put what is long into variables.`,
  { extensions: { code: 'BAD_REQUEST' } },
);
