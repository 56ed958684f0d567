import type { GraphQLError } from 'graphql';
import { beyond } from './limits.ts';

/** Whether variables are nested more deeply than whoever reads them by recursion can bear. */
export function variablesBeyond(variables: unknown, most: number): GraphQLError | undefined {
  return isDeeper(variables, most) ? beyond('depth', undefined, most) : undefined;
}

function isDeeper(value: unknown, left: number): boolean {
  if (value === null || typeof value !== 'object') return false;
  if (left < 0) return true;
  for (const key in value) if (isDeeper((value as Record<string, unknown>)[key], left - 1)) return true;
  return false;
}
