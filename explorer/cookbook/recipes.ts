import cookbook from '../../docs/cookbook.md?raw';
import { parseCookbook } from './cookbook.ts';

/** All of docs/cookbook.md, in its order. */
export const recipes = parseCookbook(cookbook);
